"""Telling the rows of restored connections anew in the change feed.

While a connection was deleted its rows were left out, and readers went on past their places. So
each gets a new one, in small parts, once the connection is back: a row that was moved while it was
still hidden could be passed again. `retold_to` remembers how far that came; a kill loses nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from sqlalchemy import Row, select, text
from sqlalchemy.exc import SQLAlchemyError

from odoosync.connections.tables import connections
from odoosync.db import Database
from odoosync.jobs.rounds import Round
from odoosync.log import get_logger
from odoosync.store.retelling import Key, tell_anew

log = get_logger(__name__)
AT_ONCE: Final = 500
_EVERY_S: Final = 5.0
_REST_S: Final = 0.01
_PATIENCE: Final = "SET LOCAL lock_timeout = '500ms'"
"""Shorter than PostgreSQL waits before it looks for deadlocks: no page is the victim of one."""


def returning(database: Database) -> Round:
    """Return the round in which a process tells rows of restored connections anew."""
    return Round(_EVERY_S, lambda: tell_returned(database))


async def tell_returned(database: Database) -> None:
    """Look across tenants for what was restored, and give all its rows new places."""
    query = select(connections.c.id, connections.c.tenant_id)
    async with database.system(write=False) as tx:
        found = await tx.all(query.where(connections.c.retold_to.is_not(None)))
    for one in found:
        try:
            more = True
            while more:
                more = await _tell_part(database, one)
                await asyncio.sleep(_REST_S)
        except SQLAlchemyError as error:  # busy, say; the others are told, and this one next time
            log.warning("not_told_anew", connection=one.id, error=type(error).__name__)


async def _tell_part(database: Database, one: Row[Any]) -> bool:
    """Tell the next rows and remember how far it is; returns whether there may be more."""
    mine = connections.c.id == one.id
    async with database.tenant(one.tenant_id) as tx:
        if tx.dialect == "postgresql":
            await tx.execute(text(_PATIENCE))
        reached = await tx.scalar(
            tx.select(connections, connections.c.retold_to).where(mine).with_for_update()
        )
        if reached is None:
            return False
        after = Key(*reached) if reached else None
        last = await tell_anew(tx, one.id, after, most=AT_ONCE)
        change = tx.update(connections).where(mine)
        await tx.execute(change.values(retold_to=None if last is None else list(last)))
        return last is not None
