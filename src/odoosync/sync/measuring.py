"""What the service as a whole can be measured by: freshness, schedules, the queue, ends of runs.

Counts across all tenants, for whoever runs the service: that is why it needs the wide door. Nothing
here grows with the number of tenants, but for a list of the stalest copies, which is short.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, case, exists, func, or_, select

from odoosync.connections.tables import connections
from odoosync.db import Database, Tx, epoch_now
from odoosync.db.moments import epoch_of
from odoosync.jobs.tables import OPEN, runs, workers
from odoosync.sync.datasets import DATASETS
from odoosync.sync.schedule_tables import alerts, schedules
from odoosync.sync.tables import cursors

AGES_S: Final = (60, 300, 900, 3_600, 4 * 3_600, 12 * 3_600, 86_400, 7 * 86_400)
MOST_NAMED: Final = 20
_ALIVE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Ages:
    """Of a dataset's copies: `up_to` counts those that are no older than each of AGES_S."""

    copies: int
    oldest_s: float
    total_s: float
    up_to: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stale:
    connection_id: int
    dataset: str
    age_s: float


@dataclass(frozen=True, slots=True)
class Measured:
    """`overdue_s` is how late the latest tick is: seconds when all is well, growing when none is.

    `stalest` are the oldest copies of all that an alert is open for, MOST_NAMED at most.
    """

    ages: Mapping[str, Ages]
    alerts: Mapping[str, int]
    stalest: tuple[Stale, ...]
    schedules: Mapping[str, int]
    overdue_s: float
    queue: Mapping[str, int]
    workers: int
    ended: Mapping[str, int]


async def measure(database: Database, now: datetime) -> Measured:
    """Look once at everything; `ended` are runs of the last hour by status."""
    async with database.system(write=False) as tx:
        return Measured(
            ages=await _ages(tx, now),
            alerts=await _alerts(tx),
            stalest=await _stalest(tx, now),
            schedules=await _schedules(tx),
            overdue_s=await _overdue(tx, now),
            queue=await _queue(tx),
            workers=await _count(tx, workers, workers.c.seen_at >= epoch_now() - _ALIVE_S),
            ended=await _ended(tx, now),
        )


async def _ages(tx: Tx, now: datetime) -> dict[str, Ages]:
    age = now.timestamp() - epoch_of(cursors.c.completed_at)
    query = (
        select(
            cursors.c.dataset,
            func.count().label("copies"),
            func.max(age).label("oldest"),
            func.sum(age).label("total"),
            *(func.sum(case((age <= bound, 1), else_=0)).label(f"b{bound}") for bound in AGES_S),
        )
        .join(connections, connections.c.id == cursors.c.connection_id)
        .where(
            connections.c.deleted_at.is_(None),
            cursors.c.completed_at.is_not(None),
            cursors.c.dataset.in_(DATASETS),
        )
        .group_by(cursors.c.dataset)
    )
    return {
        row.dataset: Ages(
            copies=row.copies,
            oldest_s=max(0.0, row.oldest),
            total_s=max(0.0, row.total),
            up_to=tuple(getattr(row, f"b{bound}") for bound in AGES_S),
        )
        for row in await tx.all(query)
    }


async def _alerts(tx: Tx) -> dict[str, int]:
    open_now = alerts.c.closed_at.is_(None)
    return await _by(tx, alerts.c.dataset, DATASETS, alerts, open_now, _is_there(alerts))


async def _stalest(tx: Tx, now: datetime) -> tuple[Stale, ...]:
    since = func.coalesce(epoch_of(cursors.c.completed_at), epoch_of(alerts.c.opened_at))
    query = (
        select(alerts.c.connection_id, alerts.c.dataset, since.label("since"))
        .outerjoin(
            cursors,
            and_(
                cursors.c.connection_id == alerts.c.connection_id,
                cursors.c.dataset == alerts.c.dataset,
            ),
        )
        .where(alerts.c.closed_at.is_(None), _is_there(alerts))
        .order_by(since, alerts.c.id)
        .limit(MOST_NAMED)
    )
    moment = now.timestamp()
    return tuple(
        Stale(row.connection_id, row.dataset, max(0.0, moment - row.since))
        for row in await tx.all(query)
    )


async def _schedules(tx: Tx) -> dict[str, int]:
    paused = schedules.c.paused_at.is_not(None)
    state = case((paused, "paused"), (schedules.c.failures > 0, "failing"), else_="good")
    return await _by(tx, state, ("good", "failing", "paused"), schedules, _is_there(schedules))


async def _overdue(tx: Tx, now: datetime) -> float:
    """Return how long ago the first moment was that no ticker took, nothing holding it back."""
    query = (
        select(func.min(epoch_of(schedules.c.next_due)))
        .join(connections, connections.c.id == schedules.c.connection_id)
        .where(
            schedules.c.next_due <= now,
            schedules.c.paused_at.is_(None),
            connections.c.deleted_at.is_(None),
            connections.c.paused_at.is_(None),
            or_(schedules.c.held_until.is_(None), schedules.c.held_until <= now),
        )
    )
    first = await tx.scalar(query)
    return 0.0 if first is None else max(0.0, now.timestamp() - float(first))


async def _queue(tx: Tx) -> dict[str, int]:
    state = case((runs.c.lease_until > epoch_now(), "working"), else_="waiting")
    return await _by(tx, state, ("working", "waiting"), runs, OPEN, _is_there(runs))


async def _ended(tx: Tx, now: datetime) -> dict[str, int]:
    recent = runs.c.finished_at > now - timedelta(hours=1)
    return await _by(tx, runs.c.status, ("succeeded", "failed", "cancelled"), runs, recent)


def _is_there(table: Table) -> ColumnElement[bool]:
    """Leave out what belongs to deleted connections."""
    deleted = connections.c.deleted_at.is_not(None)
    return ~exists().where(connections.c.id == table.c.connection_id, deleted)


async def _by(
    tx: Tx, state: Any, names: Iterable[str], table: Any, *conditions: Any
) -> dict[str, int]:
    """Count rows by state, those states that have none included."""
    inner = select(state.label("state")).select_from(table).where(*conditions).subquery()
    query = select(inner.c.state, func.count().label("number")).group_by(inner.c.state)
    found = {row.state: row.number for row in await tx.all(query)}
    return {name: found.get(name, 0) for name in names}


async def _count(tx: Tx, table: Any, *conditions: Any) -> int:
    return int(await tx.scalar(select(func.count()).select_from(table).where(*conditions)) or 0)
