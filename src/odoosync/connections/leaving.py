"""What becomes of a deleted connection that nobody can restore any more: all of it goes, in parts.

Whichever rooms keep rows of a connection, they name it `connection_id`. The audit trail alone keeps
its entries, for its own time. Parts are small, so that nobody waits for one.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from sqlalchemy import Row, Table, and_, or_, select, tuple_
from sqlalchemy.exc import SQLAlchemyError

from odoosync.clock import Clock, utc_now
from odoosync.connections import store
from odoosync.connections.tables import connections
from odoosync.db import Database, Tx, goes_with_its_tenant, metadata, takes_turn
from odoosync.jobs.rounds import Round
from odoosync.jobs.tables import OPEN, runs
from odoosync.log import get_logger

log = get_logger(__name__)
AT_ONCE: Final = 500
_EVERY_S: Final = 60.0
_REST_S: Final = 0.01
_TURN: Final = "removing connections"


def leaving(database: Database, clock: Clock = utc_now) -> Round:
    """Return the round in which a process removes connections whose grace period is over."""
    return Round(_EVERY_S, lambda: remove_gone(database, clock))


async def remove_gone(database: Database, clock: Clock) -> None:
    """Remove what can be restored no more; one process at a time does, and a kill loses nothing."""
    for one in await _find(database, clock):
        try:
            more = await _give_up(database, one, clock)
            while more:
                more = await _remove_part(database, one)
                await asyncio.sleep(_REST_S)
        except SQLAlchemyError as error:  # busy, say; the others go, and this one next time
            log.warning("not_removed", connection=one.id, error=type(error).__name__)


async def _find(database: Database, clock: Clock) -> list[Row[Any]]:
    """Look across tenants, by the clock alone: nobody asks for it."""
    over = or_(connections.c.is_going, connections.c.removed_from <= clock())
    query = select(connections.c.id, connections.c.tenant_id).where(over)
    async with database.system(write=False) as tx:
        return list(await tx.all(query.order_by(connections.c.id)))


async def _give_up(database: Database, one: Row[Any], clock: Clock) -> bool:
    """Give back its pair, unless it was restored meanwhile; tells whether it goes.

    Without their runs, workers that still hold one store no more pages.
    """
    over = and_(~connections.c.is_going, connections.c.removed_from <= clock())
    mine = connections.c.id == one.id
    async with database.tenant(one.tenant_id) as tx:
        await store.one_at_a_time(tx)
        if await tx.first(tx.select(connections, connections.c.id).where(mine, over)):
            await store.give_up(tx, one.id, clock())
        going = tx.select(connections, connections.c.is_going).where(mine)
        if not await tx.scalar(going):
            return False
        await tx.execute(tx.delete(runs).where(runs.c.connection_id == one.id, OPEN))
        return True


async def _remove_part(database: Database, one: Row[Any]) -> bool:
    """Remove some rows, at last the connection's own; returns whether there may be more."""
    async with database.tenant(one.tenant_id) as tx:
        if not await takes_turn(tx, _TURN):
            return False
        for table in _kept_in():
            if await _remove_rows(tx, table, one.id):
                return True
    async with database.system() as tx:
        gone = await tx.execute(connections.delete().where(connections.c.id == one.id))
    if gone.rowcount:
        log.info("connection_removed", connection=one.id)
    return False


def _kept_in() -> list[Table]:
    """Name the tables that hold rows of connections, those first that others point to last."""
    return [
        table
        for table in reversed(metadata.sorted_tables)
        if goes_with_its_tenant(table) and "connection_id" in table.c
    ]


async def _remove_rows(tx: Tx, table: Table, connection_id: int) -> int:
    """Remove the first rows by key; returns how many."""
    keys = [
        column for column in table.primary_key if column.name not in {"tenant_id", "connection_id"}
    ]
    gone = tx.delete(table).where(table.c.connection_id == connection_id)
    if keys:
        ordered = tx.select(table, *keys).where(table.c.connection_id == connection_id)
        last = await tx.first(ordered.order_by(*keys).offset(AT_ONCE - 1).limit(1))
        if last is not None:
            gone = gone.where(tuple_(*keys) <= tuple_(*last))
    return (await tx.execute(gone)).rowcount
