"""The watch: raises an alert when a copy grows stale, and ends it when the copy is fresh again.

It runs in every process, workers and API alike, beside the ticker and without asking it anything.
First it looks across tenants for what may have changed, then it judges again as the tenant. The
database allows one open alert for each connection and dataset, so many watchers raise one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, Table, and_, exists, func, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from odoosync.connections.preferences import Preferences
from odoosync.connections.tables import connections
from odoosync.db import Database, Tx
from odoosync.db.moments import epoch_of
from odoosync.jobs.suspended import suspended
from odoosync.log import FailureLog, get_logger
from odoosync.sync import events
from odoosync.sync.freshness.view import STALE, Freshness, freshness_of_one, view_of
from odoosync.sync.schedule_tables import alerts, schedules
from odoosync.sync.schedules.store import key_of
from odoosync.sync.tables import cursors

log = get_logger(__name__)
_AT_ONCE: Final = 500
_Act = Callable[[Tx, int, Freshness, datetime], Awaitable[bool]]


async def watch(
    database: Database,
    now: datetime,
    *,
    limit: int = _AT_ONCE,
    failures: FailureLog | None = None,
) -> tuple[int, int]:
    """Raise and end alerts, looking at `limit` at once; returns how many were raised and ended.

    What fails for one is logged unless `failures` know it; it is tried again next time.
    """
    raised, ended, failures = 0, 0, failures or FailureLog(log)
    async for rows in _pages(database, _suspects(now), schedules, limit):
        raised += await _act(database, rows, _raise, now, failures, only=_is_wanted)
    async for rows in _pages(database, _mended(), alerts, limit):
        ended += await _act(database, rows, _end, now, failures)
    return raised, ended


async def _pages(
    database: Database, query: Select[Any], table: Table, limit: int
) -> AsyncIterator[Sequence[Row[Any]]]:
    """Look across tenants for all of it, `limit` at once.

    Much needs nothing when it is judged, and is found again by each round. If a round looked at
    the first so many only, what stands behind them would never have its turn.
    """
    key = (table.c.connection_id, table.c.dataset)
    query = query.order_by(*key).limit(limit)
    rows: Sequence[Row[Any]] = ()
    while True:
        later = query
        if rows:
            later = query.where(tuple_(*key) > tuple_(rows[-1].connection_id, rows[-1].dataset))
        async with database.system(write=False) as tx:
            rows = await tx.all(later)
        yield rows
        if len(rows) < limit:
            return


def _is_wanted(row: Row[Any]) -> bool:
    datasets = Preferences.from_json(row.preferences).datasets
    return datasets is None or row.dataset in datasets


def _suspects(now: datetime) -> Select[Any]:
    """Find what is older than twice its shortest interval and has no alert yet.

    A cron line may allow more than that: how much, is judged afterwards.
    """
    fresh_at = func.coalesce(epoch_of(cursors.c.completed_at), 0.0)
    older = now.timestamp() - 2 * schedules.c.interval_s
    alarmed = exists().where(
        alerts.c.connection_id == schedules.c.connection_id,
        alerts.c.dataset == schedules.c.dataset,
        alerts.c.kind == STALE,
        alerts.c.closed_at.is_(None),
    )
    return (
        select(
            schedules.c.tenant_id,
            schedules.c.connection_id,
            schedules.c.dataset,
            connections.c.preferences,
        )
        .join(connections, connections.c.id == schedules.c.connection_id)
        .outerjoin(cursors, _same(cursors, schedules))
        .where(
            schedules.c.paused_at.is_(None),
            connections.c.deleted_at.is_(None),
            connections.c.paused_at.is_(None),
            fresh_at < older,
            epoch_of(schedules.c.since) < older,
            ~alarmed,
            ~suspended(schedules.c.tenant_id),
        )
    )


def _mended() -> Select[Any]:
    """Find open alerts since which something happened that may end them.

    One thing is another choice of datasets, which changes the connection.
    """
    return (
        select(alerts.c.tenant_id, alerts.c.connection_id, alerts.c.dataset)
        .join(connections, connections.c.id == alerts.c.connection_id)
        .outerjoin(schedules, _same(schedules, alerts))
        .outerjoin(cursors, _same(cursors, alerts))
        .where(
            alerts.c.kind == STALE,
            alerts.c.closed_at.is_(None),
            or_(
                schedules.c.connection_id.is_(None),
                schedules.c.paused_at.is_not(None),
                schedules.c.since > alerts.c.opened_at,
                connections.c.deleted_at.is_not(None),
                connections.c.paused_at.is_not(None),
                connections.c.updated_at > alerts.c.opened_at,
                cursors.c.completed_at > alerts.c.opened_at,
            ),
        )
    )


def _same(one: Any, other: Any) -> Any:
    return and_(one.c.connection_id == other.c.connection_id, one.c.dataset == other.c.dataset)


async def _act(
    database: Database,
    rows: Sequence[Row[Any]],
    act: _Act,
    now: datetime,
    failures: FailureLog,
    *,
    only: Callable[[Row[Any]], bool] = lambda _row: True,
) -> int:
    """Judge each place again as its tenant, and act on it; what fails is tried next time."""
    count = 0
    for row in rows:
        key = key_of(row.connection_id, row.dataset)
        try:
            if not only(row):
                continue
            async with database.tenant(row.tenant_id) as tx:
                found = await freshness_of_one(tx, row.connection_id, row.dataset, now)
                state = found or _nothing(row.dataset)
                count += await act(tx, row.connection_id, state, now)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are seen
            failures.failed((act, key), error, "not_watched", place=key)
        else:
            failures.worked((act, key))
    return count


def _nothing(dataset: str) -> Freshness:
    return Freshness(dataset, None, None, None, None, is_stale=False, alert_since=None)


async def _raise(tx: Tx, connection_id: int, state: Freshness, now: datetime) -> bool:
    if not state.is_stale:
        return False
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    opened = await tx.execute(
        insert(alerts)
        .values(
            tenant_id=tx.tenant_id,
            connection_id=connection_id,
            dataset=state.dataset,
            kind=STALE,
            opened_at=now,
        )
        .on_conflict_do_nothing(
            index_elements=["connection_id", "dataset", "kind"],
            index_where=alerts.c.closed_at.is_(None),
        )
        .returning(alerts.c.id)
    )
    if opened.first() is None:
        return False
    await events.record(tx, "dataset.stale", connection_id, state.dataset, view_of(state), at=now)
    log.warning("copy_is_stale", connection=connection_id, dataset=state.dataset)
    return True


async def _end(tx: Tx, connection_id: int, state: Freshness, now: datetime) -> bool:
    """End the alert; only a copy that is fresh again is told of, not a promise that was dropped."""
    if state.is_stale:
        return False
    ended = await tx.execute(
        tx.update(alerts)
        .where(
            alerts.c.connection_id == connection_id,
            alerts.c.dataset == state.dataset,
            alerts.c.kind == STALE,
            alerts.c.closed_at.is_(None),
        )
        .values(closed_at=now)
    )
    if ended.rowcount != 1:
        return False
    since, completed = state.alert_since, state.completed_at
    if since is not None and completed is not None and completed > since:
        kind: events.Kind = "dataset.fresh_again"
        await events.record(tx, kind, connection_id, state.dataset, view_of(state), at=now)
    return True
