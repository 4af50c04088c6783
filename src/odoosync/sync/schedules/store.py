"""Schedules in the database, one for a connection and dataset. Takes a transaction of the tenant.

`next_due` is when a schedule ticks next, `since` is from when on it may be held to its rhythm: when
it was set, or resumed. Nothing here looks at credentials, so a change of them leaves a pause alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Row
from sqlalchemy.dialects import postgresql, sqlite

from odoosync.db import Tx
from odoosync.errors import NotFound
from odoosync.sync.schedule_tables import schedules
from odoosync.sync.schedules import rhythm as rhythms
from odoosync.sync.schedules.backoff import held_until
from odoosync.sync.schedules.rhythm import Rhythm

TRIGGER: Final = "schedule"
"""The trigger of runs that schedules ask for."""


class NoSchedule(NotFound):
    code = "no_schedule"

    def __init__(self) -> None:
        super().__init__("This dataset has no schedule on this connection.")


@dataclass(frozen=True, slots=True)
class Schedule:
    """`interval_s` is the shortest time between two ticks; `held_until` is set after failures."""

    connection_id: int
    dataset: str
    rhythm: Rhythm
    interval_s: int
    since: datetime
    next_due: datetime
    last_due: datetime | None
    last_run_id: str | None
    failures: int
    held_until: datetime | None
    paused_at: datetime | None


def key_of(connection_id: int, dataset: str) -> str:
    """Name what a schedule's place in the grid follows from."""
    return f"{connection_id}/{dataset}"


def from_row(row: Row[Any]) -> Schedule:
    rhythm = Rhythm(row.every_s, row.cron, row.timezone)
    names = (name for name in Schedule.__slots__ if name != "rhythm")
    return Schedule(rhythm=rhythm, **{name: getattr(row, name) for name in names})


async def every(tx: Tx, connection_id: int) -> list[Schedule]:
    """List the schedules of a connection by dataset."""
    mine = tx.select(schedules).where(schedules.c.connection_id == connection_id)
    return [from_row(row) for row in await tx.all(mine.order_by(schedules.c.dataset))]


async def get(tx: Tx, connection_id: int, dataset: str) -> Schedule:
    """Return one. Raises NoSchedule."""
    row = await tx.first(tx.select(schedules).where(*_is(connection_id, dataset)))
    if row is None:
        raise NoSchedule
    return from_row(row)


async def lock(tx: Tx, connection_id: int, dataset: str) -> None:
    """Keep it as it is until the commit, if there is one: tickers pass it over."""
    await tx.execute(tx.select(schedules).where(*_is(connection_id, dataset)).with_for_update())


async def put(
    tx: Tx,
    place: tuple[int, str],
    rhythm: Rhythm,
    *,
    paused: bool,
    user_id: int | None,
    now: datetime,
) -> Schedule:
    """Set the schedule of a (connection, dataset), in the place of the one that was there."""
    connection_id, dataset = place
    gap = rhythms.shortest_gap(rhythm, now)
    values: dict[str, Any] = {
        "every_s": rhythm.every_s,
        "cron": rhythm.cron,
        "timezone": rhythm.timezone,
        "interval_s": gap,
        "since": now,
        "next_due": rhythms.next_due(rhythm, key_of(connection_id, dataset), now, gap_s=gap),
        "failures": 0,
        "failed_at": None,
        "held_until": None,
        "paused_at": now if paused else None,
        "set_by": user_id,
        "updated_at": now,
    }
    key = {"tenant_id": tx.tenant_id, "connection_id": connection_id, "dataset": dataset}
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    await tx.execute(
        insert(schedules)
        .values(**key, created_at=now, **values)
        .on_conflict_do_update(
            index_elements=["connection_id", "dataset"],
            set_=values,
            where=schedules.c.tenant_id == tx.tenant_id,
        )
    )
    return await get(tx, connection_id, dataset)


async def pause(tx: Tx, connection_id: int, dataset: str, now: datetime) -> Schedule:
    """Let it tick no more until it is resumed. Raises NoSchedule."""
    found = await get(tx, connection_id, dataset)
    if found.paused_at is None:
        await _change(tx, found, paused_at=now, updated_at=now)
    return await get(tx, connection_id, dataset)


async def resume(tx: Tx, connection_id: int, dataset: str, now: datetime) -> Schedule:
    """Let it tick again, from its next moment on: what fell into the pause is not made up for.

    Raises NoSchedule.
    """
    found = await get(tx, connection_id, dataset)
    if found.paused_at is not None:
        key = key_of(connection_id, dataset)
        due = rhythms.next_due(found.rhythm, key, now, gap_s=found.interval_s)
        await _change(tx, found, paused_at=None, since=now, next_due=due, updated_at=now)
    return await get(tx, connection_id, dataset)


async def remove(tx: Tx, connection_id: int, dataset: str) -> None:
    """Let it tick never again. Raises NoSchedule."""
    gone = await tx.execute(tx.delete(schedules).where(*_is(connection_id, dataset)))
    if not gone.rowcount:
        raise NoSchedule


async def note_end(
    tx: Tx,
    place: tuple[int, str],
    status: Literal["succeeded", "failed"],
    *,
    by_schedule: bool,
    now: datetime,
) -> Schedule | None:
    """Take in how a run of a (connection, dataset) ended; returns its schedule, if it has one.

    A success sets the pace back to normal, whoever asked for it. Only what the schedule asked for
    counts as its failure: a person who tries again and again slows nothing down.
    """
    row = await tx.first(tx.select(schedules).where(*_is(*place)))
    if row is None:
        return None
    found = from_row(row)
    if status == "succeeded":
        if found.failures:
            await _change(tx, found, failures=0, failed_at=None, held_until=None)
    elif by_schedule:
        failures = found.failures + 1
        due = found.last_due or now
        until = held_until(due, failures=failures, interval_s=found.interval_s)
        await _change(tx, found, failures=failures, failed_at=now, held_until=until)
    return await get(tx, *place)


async def _change(tx: Tx, found: Schedule, **values: Any) -> None:
    place = _is(found.connection_id, found.dataset)
    await tx.execute(tx.update(schedules).where(*place).values(**values))


def _is(connection_id: int, dataset: str) -> tuple[Any, ...]:
    return schedules.c.connection_id == connection_id, schedules.c.dataset == dataset
