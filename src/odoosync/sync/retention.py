"""How long histories are kept: runs with their log lines, alerts, events and audit entries.

The last complete run of each dataset and kind stays, however old: freshness, verification and
people go by it. Deletes go in small transactions with rests between them, so that nobody waits for
them; one process at a time makes them, until nothing old is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, and_, delete, exists, not_, select

from odoosync.accounts.audit_query import forget_entries_before
from odoosync.clock import utc_now
from odoosync.db import Database, Tx, in_parts
from odoosync.jobs.rounds import Round
from odoosync.jobs.tables import runs
from odoosync.log import get_logger
from odoosync.sync.runs import ENDED
from odoosync.sync.schedule_tables import alerts, events

log = get_logger(__name__)
EVERY_S: Final = 3_600.0
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days; 0 keeps for ever."""

    history_days: int
    audit_days: int
    event_days: int = 0


def shortening(database: Database, keep: Keep) -> Round:
    """Return the round in which a process lets go of what is old."""
    return Round(EVERY_S, lambda: let_go(database, keep, utc_now()))


async def let_go(database: Database, keep: Keep, now: datetime) -> None:
    """Across tenants: delete all that is older than it has to be kept."""
    gone = {"runs": 0, "alerts": 0, "entries": 0, "events": 0}
    if keep.history_days:
        horizon = now - timedelta(days=keep.history_days)
        gone["runs"] = await forget_runs_before(database, horizon)
        gone["alerts"] = await forget_alerts_before(database, horizon)
    if keep.audit_days:
        horizon = now - timedelta(days=keep.audit_days)
        gone["entries"] = await forget_entries_before(database, horizon)
    if keep.event_days:
        horizon = now - timedelta(days=keep.event_days)
        gone["events"] = await forget_events_before(database, horizon)
    if any(gone.values()):
        log.info("histories_shortened", **gone)


async def forget_runs_before(database: Database, horizon: datetime) -> int:
    """Across tenants: delete the runs that ended before; returns how many."""
    return await _forget(database, runs, _old_runs(horizon))


async def forget_alerts_before(database: Database, horizon: datetime) -> int:
    """Across tenants: delete the alerts that were over before; returns how many."""
    return await _forget(database, alerts, select(alerts.c.id).where(alerts.c.closed_at < horizon))


async def forget_events_before(database: Database, horizon: datetime) -> int:
    """Across tenants: delete the events from before, with the log of their deliveries."""
    old = select(events.c.id).where(events.c.created_at < horizon).order_by(events.c.created_at)
    return await _forget(database, events, old)


async def _forget(database: Database, table: Table, old: Select[Any]) -> int:
    """Delete what `old` finds, in parts; returns how many rows that were."""

    async def forget_some(tx: Tx) -> int:
        gone = delete(table).where(table.c.id.in_(old.limit(AT_ONCE)))
        return (await tx.execute(gone)).rowcount

    return await in_parts(database, f"shortening {table.name}", forget_some)


def _old_runs(horizon: datetime) -> Select[tuple[str]]:
    ended = and_(runs.c.status.in_(sorted(ENDED)), runs.c.finished_at < horizon)
    query = select(runs.c.id).where(ended, not_(_last_complete()))
    return query.order_by(runs.c.finished_at)


def _last_complete() -> ColumnElement[bool]:
    """Tell whether a run succeeded and no later one of its dataset and kind did."""
    later = runs.alias()
    succeeded_later = exists().where(
        later.c.connection_id == runs.c.connection_id,
        later.c.dataset == runs.c.dataset,
        later.c.kind == runs.c.kind,
        later.c.number > runs.c.number,
        later.c.status == "succeeded",
    )
    return and_(runs.c.status == "succeeded", not_(succeeded_later))
