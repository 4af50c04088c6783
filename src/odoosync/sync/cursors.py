"""The cursor of each dataset in the database: how far the copy is true, and its fields' types."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sqlalchemy import func

from odoosync.db import Tx
from odoosync.sync.datasets import DATASETS
from odoosync.sync.tables import cursors
from odoosync.sync.window import Cursor

_NAMES = tuple(field.name for field in fields(Cursor))


async def read(tx: Tx, connection_id: int, dataset: str) -> Cursor:
    """Return the cursor; one that holds nothing when there was no complete run yet."""
    row = await tx.first(
        tx.select(cursors).where(
            cursors.c.connection_id == connection_id, cursors.c.dataset == dataset
        )
    )
    return Cursor() if row is None else Cursor(**{name: getattr(row, name) for name in _NAMES})


async def lag_of(tx: Tx, connection_id: int) -> float:
    """Return by how many seconds dates lag in this Odoo's database, as any dataset showed."""
    shown = tx.select(cursors, func.max(cursors.c.lag_s)).where(
        cursors.c.connection_id == connection_id
    )
    return await tx.scalar(shown) or 0.0


async def write(tx: Tx, connection_id: int, dataset: str, **values: Any) -> None:
    """Set columns of the cursor, making it when it is not there."""
    changed = await tx.execute(
        tx.update(cursors)
        .where(cursors.c.connection_id == connection_id, cursors.c.dataset == dataset)
        .values(**values)
    )
    if changed.rowcount == 0:
        await tx.insert(cursors, {"connection_id": connection_id, "dataset": dataset, **values})


async def confirmed(tx: Tx, connection_id: int, dataset: str) -> dict[str, Any] | None:
    """Return count and sum of the ids that the last comparison left live, and when; or None."""
    kept: dict[str, Any] | None = await tx.scalar(
        tx.select(cursors, cursors.c.confirmed).where(
            cursors.c.connection_id == connection_id, cursors.c.dataset == dataset
        )
    )
    return kept


async def field_types(tx: Tx, connection_id: int, dataset: str) -> dict[str, dict[str, Any]]:
    """Return `{field: {"type", "relation", "string"}}` as of the last run; empty before it.

    Wanted fields that are not kept have `absent`, too: Odoo lacks them, or fails on them.
    """
    known = await tx.scalar(
        tx.select(cursors, cursors.c.fields).where(
            cursors.c.connection_id == connection_id, cursors.c.dataset == dataset
        )
    )
    return known or {}


async def kept_fields(tx: Tx, connection_id: int, dataset: str) -> list[str]:
    """Return the fields that the last run kept; none before it."""
    known = await field_types(tx, connection_id, dataset)
    return [name for name, described in known.items() if not described.get("absent")]


async def synced(tx: Tx, connection_id: int) -> list[str]:
    """Return the datasets that were synced to the end at least once."""
    found = await tx.all(
        tx.select(cursors, cursors.c.dataset)
        .where(cursors.c.connection_id == connection_id, cursors.c.low.is_not(None))
        .order_by(cursors.c.dataset)
    )
    return [row.dataset for row in found if row.dataset in DATASETS]
