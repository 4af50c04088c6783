"""How long histories are kept: runs with their log lines, and audit entries, of all tenants.

The last complete run of each lane stays, however old: freshness, verification and people go by it.
Deletes go in small transactions, so that nobody waits for them, and a round has an end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Table, and_, delete, exists, not_, select

from odoosync.accounts.trail import forget_entries_before
from odoosync.clock import utc_now
from odoosync.db import Database
from odoosync.jobs.rounds import Round
from odoosync.log import get_logger
from odoosync.sync.runs import ENDED
from odoosync.sync.schedule_tables import events
from odoosync.sync.tables import runs

log = get_logger(__name__)
EVERY_S: Final = 3_600.0
AT_ONCE: Final = 500
MOST_A_ROUND: Final = 20_000


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
    """Across tenants: delete what is older than it has to be kept, a bounded part each round."""
    gone = {"runs": 0, "entries": 0, "events": 0}
    if keep.history_days:
        horizon = now - timedelta(days=keep.history_days)
        gone["runs"] = await forget_runs_before(database, horizon, most=MOST_A_ROUND)
    if keep.audit_days:
        horizon = now - timedelta(days=keep.audit_days)
        gone["entries"] = await forget_entries_before(database, horizon, most=MOST_A_ROUND)
    if keep.event_days:
        horizon = now - timedelta(days=keep.event_days)
        gone["events"] = await forget_events_before(database, horizon, most=MOST_A_ROUND)
    if any(gone.values()):
        log.info("histories_shortened", **gone)


async def forget_runs_before(database: Database, horizon: datetime, *, most: int) -> int:
    """Across tenants: delete up to `most` runs that ended before; returns how many."""
    return await _forget(database, runs, lambda limit: _old(horizon, limit), most)


async def forget_events_before(database: Database, horizon: datetime, *, most: int) -> int:
    """Across tenants: delete up to `most` events from before, with the log of their deliveries."""
    old = select(events.c.id).where(events.c.created_at < horizon).order_by(events.c.created_at)
    return await _forget(database, events, old.limit, most)


async def _forget(
    database: Database, table: Table, find: Callable[[int], Select[Any]], most: int
) -> int:
    """Delete what `find` finds, in parts; returns how many rows that were."""
    gone = 0
    while gone < most:
        async with database.system() as tx:
            found = (await tx.execute(find(min(AT_ONCE, most - gone)))).scalars().all()
            if found:
                await tx.execute(delete(table).where(table.c.id.in_(found)))
        gone += len(found)
        if len(found) < AT_ONCE:
            break
    return gone


def _old(horizon: datetime, limit: int) -> Select[tuple[str]]:
    ended = and_(runs.c.status.in_(sorted(ENDED)), runs.c.finished_at < horizon)
    query = select(runs.c.id).where(ended, not_(_last_complete()))
    return query.order_by(runs.c.finished_at).limit(limit)


def _last_complete() -> ColumnElement[bool]:
    """Tell whether a run succeeded and no later one of its lane did."""
    later = runs.alias()
    succeeded_later = exists().where(
        later.c.connection_id == runs.c.connection_id,
        later.c.dataset == runs.c.dataset,
        later.c.generation > runs.c.generation,
        later.c.status == "succeeded",
    )
    return and_(runs.c.status == "succeeded", not_(succeeded_later))
