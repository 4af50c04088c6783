"""The datasets that can be synced, and what is known of each on one connection. Reads no rows.

`rows` is what the last comparison of ids counted: counting a large copy anew takes too long for a
list that is looked at often. Lists of records count when they are asked to.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, or_, select

from odoosync.connections.connection import Connection
from odoosync.db import Tx
from odoosync.jobs.tables import runs
from odoosync.sync import questions
from odoosync.sync.choosing import wanted_fields
from odoosync.sync.datasets import DATASETS, Dataset
from odoosync.sync.freshness.view import freshness_views
from odoosync.sync.run_view import run_view
from odoosync.sync.schedules import store as schedules
from odoosync.sync.schedules.planning import schedule_view
from odoosync.sync.tables import cursors


def declared_views() -> list[dict[str, Any]]:
    """Render the datasets as they are declared, for whoever has no connection."""
    nothing = dict.fromkeys(("connection_id", "rows", "freshness", "last_run", "schedule"))
    unsynced: dict[str, Any] = {"is_synced": False, "held_back": 0}
    return [
        _declared(one) | unsynced | {"fields": list(one.fields)} | nothing
        for one in DATASETS.values()
    ]


async def dataset_views(tx: Tx, connection: Connection, now: datetime) -> list[dict[str, Any]]:
    """Render them as a connection has them, JSON-ready."""
    rests, wanted = connection.paused_at is not None, connection.preferences.datasets
    fresh = {one["dataset"]: one for one in await freshness_views(tx, connection.id, now)}
    planned = {one.dataset: one for one in await schedules.every(tx, connection.id)}
    counted = await _counted(tx, connection.id)
    waiting = await questions.listed(tx, connection.id, "deletions")
    held_back = {one["dataset"]: one["gone"] for one in waiting}
    last = await _last_runs(tx, connection.id)
    return [
        _declared(one)
        | {
            "connection_id": connection.id,
            "is_synced": wanted is None or name in wanted,
            "fields": wanted_fields(connection, one),
            "rows": counted.get(name),
            "held_back": held_back.get(name, 0),
            "freshness": fresh.get(name),
            "last_run": run_view(last[name]) if name in last else None,
            "schedule": schedule_view(planned[name], rests=rests) if name in planned else None,
        }
        for name, one in DATASETS.items()
    ]


def _declared(dataset: Dataset) -> dict[str, Any]:
    return {"name": dataset.name, "model": dataset.model, "companions": list(dataset.companions)}


async def _counted(tx: Tx, connection_id: int) -> dict[str, int]:
    """Return how many live rows the last comparison of ids left, where nothing was held back."""
    mine = tx.select(cursors, cursors.c.dataset, cursors.c.confirmed).where(
        cursors.c.connection_id == connection_id
    )
    return {row.dataset: row.confirmed["rows"] for row in await tx.all(mine) if row.confirmed}


async def _last_runs(tx: Tx, connection_id: int) -> dict[str, Row[Any]]:
    """Return the sync that was asked for last, of each dataset; no history is gone through."""
    last = [runs.c.id == _last_of(tx, connection_id, dataset) for dataset in DATASETS]
    return {row.dataset: row for row in await tx.all(tx.select(runs).where(or_(*last)))}


def _last_of(tx: Tx, connection_id: int, dataset: str) -> ScalarSelect[str]:
    other = runs.alias()
    return (
        select(other.c.id)
        .where(
            other.c.tenant_id == tx.tenant_id,
            other.c.connection_id == connection_id,
            other.c.dataset == dataset,
            other.c.kind == "sync",
        )
        .order_by(other.c.number.desc())
        .limit(1)
        .scalar_subquery()
    )
