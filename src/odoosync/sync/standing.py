"""How a connection's Odoo has been answering: its breaker, kept for all processes to see.

Where locks on a breaker and on runs are both needed, the breaker's is taken first.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.dialects import postgresql, sqlite

from odoosync.clock import iso
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.db import Tx
from odoosync.jobs import run_queue
from odoosync.log import get_logger
from odoosync.odoo.errors import OdooError
from odoosync.sync import breaker, events
from odoosync.sync.breaker import CLEAN, Breaker, Go, Probe, Wait
from odoosync.sync.breaker_table import breakers

log = get_logger(__name__)


async def of(tx: Tx, connection: Connection, *, lock: bool = False) -> Breaker:
    """Read a connection's breaker; a clean one of a deleted connection.

    And where there is none, or none of this secret.
    """
    query = tx.select(breakers).where(breakers.c.connection_id == connection.id)
    return _breaker(connection, await tx.first(query.with_for_update() if lock else query))


async def every(tx: Tx, found: Sequence[Connection]) -> dict[int, Breaker]:
    """Read the breakers of connections, by their ids."""
    query = tx.select(breakers).where(breakers.c.connection_id.in_([one.id for one in found]))
    rows = {row.connection_id: row for row in await tx.all(query)}
    return {one.id: _breaker(one, rows.get(one.id)) for one in found}


def _breaker(connection: Connection, row: Row[Any] | None) -> Breaker:
    is_known = row is not None and row.secret_version == connection.secret_version
    if not is_known or connection.deleted_at is not None:  # nobody asks a deleted one any more
        return replace(CLEAN, secret_version=connection.secret_version)
    return Breaker(**{field.name: getattr(row, field.name) for field in fields(Breaker)})


async def enter(tx: Tx, connection_id: int, now: datetime) -> Go | Probe | Wait:
    """Decide what an attempt may do; a probe is written down, so that nobody else makes one."""
    connection = await connections.get(tx, connection_id)
    turn = breaker.enter(await of(tx, connection, lock=True), now)
    if isinstance(turn, Probe):
        await _save(tx, connection_id, turn.breaker)
        log.info("odoo_probed", connection=connection_id)
    return turn


async def is_clean(tx: Tx, connection_id: int) -> bool:
    """Tell whether nothing is written down: the usual case, at the price of one look."""
    column = breakers.c.connection_id
    return await tx.scalar(tx.select(breakers, column).where(column == connection_id)) is None


async def ask_by_hand(tx: Tx, connection: Connection, now: datetime) -> None:
    """Let what waits go on now, where a person's wish is a reason to try."""
    if await is_clean(tx, connection.id):
        return
    before = await of(tx, connection, lock=True)
    after = breaker.asked_by_hand(before, now)
    if after != before:
        await _save(tx, connection.id, after)
    if after != before or not after.is_open:
        await run_queue.run_now(tx, connection.id)


async def note_knock(tx: Tx, connection_id: int, now: datetime) -> None:
    """Have all that was put back go on: a probe was answered."""
    connection = await connections.get(tx, connection_id)
    before = await of(tx, connection, lock=True)
    await _save(tx, connection_id, breaker.knocked(before, now))
    await run_queue.run_now(tx, connection_id)
    log.info("odoo_answers_again", connection=connection_id)


async def note_success(tx: Tx, connection_id: int, now: datetime) -> None:
    """Forget the failures; the owner is told where it had been left alone."""
    gone = await tx.execute(
        tx.delete(breakers)
        .where(breakers.c.connection_id == connection_id)
        .returning(breakers.c.opened, breakers.c.since)
    )
    row = gone.first()
    if row is not None and row.opened:
        await _tell_recovered(tx, connection_id, row.since, now)


async def note_failure(
    tx: Tx,
    connection_id: int,
    error: OdooError,
    *,
    begun: datetime,
    now: datetime,
    progressed: bool = False,
) -> Breaker:
    """Count a failed attempt, if it is the server's; one that `progressed` was answered before."""
    if not breaker.concerns(error):
        await note_success(tx, connection_id, now)
        return CLEAN
    connection = await connections.get(tx, connection_id)
    found = await of(tx, connection, lock=True)
    before = replace(CLEAN, secret_version=found.secret_version) if progressed else found
    chance = random.random()  # noqa: S311 - spreads load, guards nothing
    after = breaker.failed(before, error, begun=begun, now=now, chance=chance)
    await _save(tx, connection_id, after)
    if progressed and found.opened:
        await _tell_recovered(tx, connection_id, found.since, now)
    if after.opened == 1 and not before.opened and not after.rejected:
        await _tell_failing(tx, connection_id, after, now)
    if after.is_open and after != before:
        log.warning(
            "odoo_left_alone",
            connection=connection_id,
            code=after.code,
            failures=after.failures,
            until=str(after.retry_at),
        )
    return after


async def _tell_failing(tx: Tx, connection_id: int, state: Breaker, now: datetime) -> None:
    """Tell once that an Odoo is left alone; that it rejects its credentials is told by the run."""
    payload = {
        "code": state.code,
        "reason": state.reason,
        "since": iso(state.since),
        "failures": state.failures,
        "next_try_at": iso(state.retry_at),
    }
    await events.record(tx, "connection.failing", connection_id, None, payload, at=now)


async def _tell_recovered(
    tx: Tx, connection_id: int, since: datetime | None, now: datetime
) -> None:
    payload = {"since": iso(since)}
    await events.record(tx, "connection.recovered", connection_id, None, payload, at=now)


@dataclass(frozen=True, slots=True)
class Outage:
    """Why nobody asks a connection's Odoo now: for machines, and as a sentence."""

    code: str
    message: str


async def held(tx: Tx, connection_id: int, now: datetime) -> Outage | None:
    """Say why nobody asks a connection's Odoo now; None where somebody does or may."""
    if await is_clean(tx, connection_id):
        return None
    connection = await connections.get(tx, connection_id)
    state = await of(tx, connection)
    if state.retry_at is None or state.retry_at <= now:
        return None
    return Outage(state.code, told(connection, state))


def told(connection: Connection, state: Breaker) -> str:
    """Say which Odoo does not answer, since when, why, and when it is asked again."""
    which = f"{connection.odoo_database} at {connection.odoo_url}"
    since, again = _moment(state.since), _moment(state.retry_at)
    reason = state.reason.rstrip(".")
    if state.rejected:
        return (
            f"{which} rejects these credentials since {since}: {reason}. Lest an account is locked "
            f"they are not tried again before {again}; set new credentials to go on at once."
        )
    return f"{which} has not answered since {since}: {reason}. It is asked again at {again}."


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "a moment ago"


async def _save(tx: Tx, connection_id: int, state: Breaker) -> None:
    values = {field.name: getattr(state, field.name) for field in fields(Breaker)}
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    await tx.execute(
        insert(breakers)
        .values(tenant_id=tx.tenant_id, connection_id=connection_id, **values)
        .on_conflict_do_update(index_elements=["connection_id"], set_=values)
    )
