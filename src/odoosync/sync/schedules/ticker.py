"""The ticker: asks for the runs whose moment has come, in every worker process at once.

It looks across tenants for what is due, one turn of each tenant before the next of any, and then
acts as each tenant. A tick is one transaction: the schedule moves on and
a run is queued, or none of it happens; and a schedule moves on only from where it was seen. So
no tick is doubled by another ticker or lost by a kill, and what was missed meanwhile is one tick.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select

from odoosync.connections import store as connection_store
from odoosync.connections.tables import connections
from odoosync.db import Database, Tx
from odoosync.jobs.suspended import suspended
from odoosync.log import FailureLog, get_logger
from odoosync.sync import runs
from odoosync.sync.runs import Asked
from odoosync.sync.schedule_tables import schedules
from odoosync.sync.schedules import store
from odoosync.sync.schedules.rhythm import next_due

log = get_logger(__name__)
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Due:
    """A schedule whose moment has come, as it was seen."""

    tenant_id: int
    connection_id: int
    dataset: str
    due: datetime


async def tick(
    database: Database,
    now: datetime,
    *,
    limit: int = AT_ONCE,
    failures: FailureLog | None = None,
) -> int:
    """Ask for the runs of up to `limit` schedules that are due; returns how many there were.

    What fails for one is logged, and tried again with the next round; `failures` are known already.
    """
    asked, failures = 0, failures or FailureLog(log)
    for due in await find_due(database, now, limit=limit):
        key = store.key_of(due.connection_id, due.dataset)
        try:
            async with database.tenant(due.tenant_id) as tx:
                asked += await _tick_one(tx, due, now)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others tick
            failures.failed(key, error, "not_ticked", schedule=key)
        else:
            failures.worked(key)
    return asked


async def find_due(database: Database, now: datetime, *, limit: int) -> list[Due]:
    """Look across tenants for what is due, by turns."""
    turn = func.row_number().over(
        partition_by=schedules.c.tenant_id, order_by=(schedules.c.next_due, schedules.c.dataset)
    )
    columns = (schedules.c.tenant_id, schedules.c.connection_id, schedules.c.dataset)
    queue = (
        select(*columns, schedules.c.next_due.label("due"), turn.label("turn"))
        .join(connections, connections.c.id == schedules.c.connection_id)
        .where(_is_due(now))
        .subquery("queue")
    )
    chosen = select(queue).order_by(queue.c.turn, queue.c.due).limit(limit)
    async with database.system(write=False) as tx:
        rows = await tx.all(chosen)
    return [Due(row.tenant_id, row.connection_id, row.dataset, row.due) for row in rows]


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Hold back after failures, but not once the credentials were tested again."""
    return and_(
        schedules.c.next_due <= now,
        schedules.c.paused_at.is_(None),
        connections.c.deleted_at.is_(None),
        connections.c.paused_at.is_(None),
        not_(suspended(schedules.c.tenant_id)),
        or_(
            schedules.c.held_until.is_(None),
            schedules.c.held_until <= now,
            connections.c.tested_at > schedules.c.failed_at,
        ),
    )


async def _tick_one(tx: Tx, due: Due, now: datetime) -> bool:
    """Move one schedule on and ask for its run, unless somebody else has or does."""
    row = await tx.first(_still(tx, due))
    if row is None:
        return False
    found = store.from_row(row)
    run_id = await _ask(tx, due, row.set_by, now) or found.last_run_id
    key = store.key_of(due.connection_id, due.dataset)
    later = next_due(found.rhythm, key, max(now, due.due), gap_s=found.interval_s)
    await tx.execute(
        tx.update(schedules)
        .where(schedules.c.connection_id == due.connection_id, schedules.c.dataset == due.dataset)
        .values(next_due=later, last_due=due.due, last_run_id=run_id)
    )
    return True


async def _ask(tx: Tx, due: Due, user_id: int | None, now: datetime) -> str | None:
    """Join the run that is queued, or ask for one; None when this is not synced any more."""
    connection = await connection_store.get(tx, due.connection_id)
    datasets = connection.preferences.datasets
    if datasets is not None and due.dataset not in datasets:
        return None
    asked = Asked(store.TRIGGER, user_id)
    return (await runs.enqueue(tx, connection, due.dataset, asked, now)).run_id


def _still(tx: Tx, due: Due) -> Select[Any]:
    """Lock the schedule where it stands as it was seen; another ticker's is passed over."""
    return (
        tx.select(schedules)
        .where(
            schedules.c.connection_id == due.connection_id,
            schedules.c.dataset == due.dataset,
            schedules.c.next_due == due.due,
            schedules.c.paused_at.is_(None),
        )
        .with_for_update(skip_locked=True)
    )
