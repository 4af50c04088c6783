"""The freshness of a connection's datasets, as of a moment. Takes a transaction of the tenant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from odoosync.clock import iso
from odoosync.connections import store
from odoosync.connections.errors import ConnectionPaused, NoConnection
from odoosync.db import Tx
from odoosync.sync.schedule_tables import alerts, schedules
from odoosync.sync.schedules.rhythm import Rhythm, stale_from
from odoosync.sync.tables import cursors

STALE = "stale"


@dataclass(frozen=True, slots=True)
class Freshness:
    """`completed_at` is the end of the last complete sync, None before the first.

    `undated_at` is when all fields without a change date were read last.

    `stale_from` is when the copy is older than twice its interval; None where nothing is promised:
    no schedule, or one that is paused, with its connection or alone. `alert_since` is of the alert
    that is open.
    """

    dataset: str
    completed_at: datetime | None
    age_s: float | None
    interval_s: int | None
    stale_from: datetime | None
    is_stale: bool
    alert_since: datetime | None
    undated_at: datetime | None = None


async def freshness_of(
    tx: Tx, connection_id: int, now: datetime, *, only: str | None = None
) -> list[Freshness]:
    """List the datasets that were synced or have a schedule, by name; or `only` one of them."""
    synced = await tx.all(
        tx.select(cursors, cursors.c.dataset, cursors.c.completed_at, cursors.c.volatile_at).where(
            cursors.c.connection_id == connection_id
        )
    )
    copied = {row.dataset: row for row in synced}
    planned = await _by_dataset(tx, schedules, schedules.c.connection_id == connection_id)
    open_here = (alerts.c.connection_id == connection_id, alerts.c.closed_at.is_(None))
    alarmed = await _by_dataset(tx, alerts, *open_here, alerts.c.kind == STALE)
    wanted = await _wanted(tx, connection_id, planned)
    return [
        _judge(
            dataset,
            copied.get(dataset),
            planned.get(dataset),
            alarmed.get(dataset),
            rests=dataset not in wanted,
            now=now,
        )
        for dataset in sorted({*copied, *planned})
        if only in {None, dataset}
    ]


async def freshness_views(tx: Tx, connection_id: int, now: datetime) -> list[dict[str, Any]]:
    """Render them, JSON-ready."""
    found = await freshness_of(tx, connection_id, now)
    return [{"connection_id": connection_id, **view_of(one)} for one in found]


def view_of(one: Freshness) -> dict[str, Any]:
    return {
        "dataset": one.dataset,
        "completed_at": iso(one.completed_at),
        "age": one.age_s,
        "undated_at": iso(one.undated_at),
        "interval": one.interval_s,
        "stale_from": iso(one.stale_from),
        "stale": one.is_stale,
        "alert_since": iso(one.alert_since),
    }


async def freshness_of_one(
    tx: Tx, connection_id: int, dataset: str, now: datetime
) -> Freshness | None:
    """Return one dataset's; None when it was never synced and has no schedule."""
    found = await freshness_of(tx, connection_id, now, only=dataset)
    return next(iter(found), None)


async def age_before(tx: Tx, connection_id: int, dataset: str, now: datetime) -> float | None:
    """Return how many seconds old the copy is that a run is about; for the history."""
    completed: datetime | None = await tx.scalar(
        tx.select(cursors, cursors.c.completed_at).where(
            cursors.c.connection_id == connection_id,
            cursors.c.dataset == dataset,
        )
    )
    return None if completed is None else _age(completed, now)


def _age(completed_at: datetime, now: datetime) -> float:
    return max(0.0, round((now - completed_at).total_seconds(), 3))


async def _by_dataset(tx: Tx, table: Any, *conditions: Any) -> dict[str, Row[Any]]:
    return {row.dataset: row for row in await tx.all(tx.select(table).where(*conditions))}


async def _wanted(tx: Tx, connection_id: int, planned: Collection[str]) -> Collection[str]:
    """Return the datasets that are to be synced: none while a connection is paused or deleted."""
    try:
        connection = await store.syncable(tx, connection_id)
    except (NoConnection, ConnectionPaused):
        return ()
    datasets = connection.preferences.datasets
    return planned if datasets is None else datasets


def _judge(
    dataset: str,
    copied: Row[Any] | None,
    plan: Row[Any] | None,
    alert: Row[Any] | None,
    *,
    rests: bool,
    now: datetime,
) -> Freshness:
    due: datetime | None = None
    completed_at = None if copied is None else copied.completed_at
    if plan is not None and plan.paused_at is None and not rests:
        rhythm = Rhythm(plan.every_s, plan.cron, plan.timezone)
        due = stale_from(rhythm, max(plan.since, completed_at or plan.since))
    return Freshness(
        dataset=dataset,
        completed_at=completed_at,
        age_s=None if completed_at is None else _age(completed_at, now),
        interval_s=None if plan is None else plan.interval_s,
        stale_from=due,
        is_stale=due is not None and now > due,
        alert_since=None if alert is None else alert.opened_at,
        undated_at=None if copied is None else copied.volatile_at,
    )
