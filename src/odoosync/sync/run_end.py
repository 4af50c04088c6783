"""What the end of a run means to others: its schedule's pace, and the events that tell of it.

Called by `runs.finish`, in the transaction that ends the run.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from odoosync.clock import iso
from odoosync.db import Tx
from odoosync.jobs.tables import runs
from odoosync.odoo.errors import ApiKeyRejected, InvalidCredentials
from odoosync.sync import events, standing
from odoosync.sync.schedules import store as schedules
from odoosync.sync.schedules.store import Schedule

_REJECTED: Final = frozenset({InvalidCredentials.code, ApiKeyRejected.code})
_TOLD: Final = (
    "id",
    "status",
    "mode",
    "trigger",
    "fetched",
    "created",
    "updated",
    "unchanged",
    "deleted",
    "hidden",
    "held_back",
    "attempts",
    "odoo_login",
    "odoo_version",
    "truth",
    "note",
    "error_code",
    "error",
)
_HELD_FROM: Final = 2
"""Failures in a row; see `schedules.backoff`."""
_MOMENTS: Final = ("created_at", "started_at", "finished_at")


async def tell(tx: Tx, run: Row[Any], now: datetime) -> None:
    """Take in a run that has just ended, as its row is now."""
    schedule = None
    place = (run.connection_id, run.dataset)
    if run.status != "cancelled" and run.kind == "sync":
        schedule = await schedules.note_end(
            tx, place, run.status, by_schedule=run.trigger == schedules.TRIGGER, now=now
        )
    payload = {"run": _shown(run), "schedule": _pace(schedule)}
    kind: events.Kind = "run.failed" if run.status == "failed" else "run.finished"
    await events.record(tx, kind, *place, payload, at=now)
    if await _is_failing(tx, run, schedule):
        await events.record(tx, "dataset.failing", *place, payload, at=now)
    if run.error_code in _REJECTED and not await _was_rejected_before(tx, run):
        await events.record(tx, "credentials.rejected", *place, payload, at=now)
    if run.status == "succeeded" and run.held_back and not await _was_held_back_before(tx, run):
        await events.record(tx, "deletions.held_back", *place, payload, at=now)


def _shown(run: Row[Any]) -> dict[str, Any]:
    counts = {name: getattr(run, name) for name in _TOLD}
    return counts | {name: iso(getattr(run, name)) for name in _MOMENTS}


def _pace(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None:
        return None
    due = max(schedule.next_due, schedule.held_until or schedule.next_due)
    return {"failures": schedule.failures, "next_run_at": iso(due)}


async def _is_failing(tx: Tx, run: Row[Any], schedule: Schedule | None) -> bool:
    """Tell whether the schedule begins to be held back, and not because of the whole connection."""
    if schedule is None or run.status != "failed" or run.trigger != schedules.TRIGGER:
        return False
    return schedule.failures == _HELD_FROM and await standing.is_clean(tx, run.connection_id)


async def _was_rejected_before(tx: Tx, run: Row[Any]) -> bool:
    """Tell whether the connection's last word was the same: then its owner knows already."""
    before = (
        tx.select(runs, runs.c.error_code)
        .where(
            runs.c.connection_id == run.connection_id,
            runs.c.id != run.id,
            runs.c.status.in_(("succeeded", "failed")),
        )
        .order_by(runs.c.created_at.desc(), runs.c.id.desc())
        .limit(1)
    )
    return await tx.scalar(before) in _REJECTED


async def _was_held_back_before(tx: Tx, run: Row[Any]) -> bool:
    """Tell whether the dataset's last success held as many back: then nothing is new."""
    before = (
        tx.select(runs, runs.c.held_back)
        .where(
            runs.c.connection_id == run.connection_id,
            runs.c.dataset == run.dataset,
            runs.c.kind == run.kind,
            runs.c.number < run.number,
            runs.c.status == "succeeded",
        )
        .order_by(runs.c.number.desc())
        .limit(1)
    )
    return bool(await tx.scalar(before) == run.held_back)
