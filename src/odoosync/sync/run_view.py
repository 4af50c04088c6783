"""A run as every surface shows it: flat, JSON-ready."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from odoosync.clock import iso
from odoosync.sync.runs import COUNTS


def run_view(run: Row[Any]) -> dict[str, Any]:
    """Render a history row; times in ISO 8601, `duration` in seconds, counts at the top level."""
    return {
        "id": run.id,
        "connection_id": run.connection_id,
        "dataset": run.dataset,
        "kind": run.kind,
        "status": run.status,
        "mode": run.mode,
        "trigger": run.trigger,
        "requested_by": run.requested_by,
        "requested_name": run.requested_name,
        "created_at": iso(run.created_at),
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "duration": _seconds(run.started_at, run.finished_at),
        "copy_age": run.copy_age_s,
        "total": run.total,
        **{name: getattr(run, name) for name in COUNTS},
        "changed": changed(run),
        "attempts": run.attempts,
        "odoo_login": run.odoo_login,
        "odoo_version": run.odoo_version,
        "window_low": iso(run.window_low),
        "window_high": iso(run.window_high),
        "drift": run.drift,
        "note": run.note,
        "truth": run.truth,
        "detail": run.detail,
        "error_code": run.error_code,
        "error": run.error,
    }


def changed(run: Row[Any]) -> int:
    """Count the rows whose copy a run changed; those that it fetched may be as they were."""
    return int(run.created + run.updated + run.deleted + run.hidden)


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None:
        return None
    return round((end - start).total_seconds(), 3)
