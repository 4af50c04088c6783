"""Fields that Odoo fails on for many rows: left out with the reason, tried again once a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement

from odoosync.db import Tx
from odoosync.sync.tables import failing_fields

TRIED_EVERY: Final = timedelta(hours=24)
MOST_IDS: Final = 20


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why a field is left out. `ids` are some rows that it failed on; `reason` is a sentence."""

    field: str
    code: str
    reason: str
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FailingField:
    """A field that is left out, and when Odoo last failed on it."""

    error: FieldError
    last_at: datetime

    def is_due(self, now: datetime) -> bool:
        return now - self.last_at >= TRIED_EVERY


async def load(tx: Tx, connection_id: int, dataset: str) -> dict[str, FailingField]:
    """Return the fields of a dataset that are left out, by name."""
    found = await tx.all(tx.select(failing_fields).where(*_of(connection_id, dataset)))
    return {
        row.field: FailingField(
            FieldError(row.field, row.error_code, row.reason, tuple(row.ids)), row.last_at
        )
        for row in found
    }


async def remember(
    tx: Tx, connection_id: int, dataset: str, errors: Sequence[FieldError], now: datetime
) -> None:
    """Write down that Odoo failed on these fields now; since when stays as it was."""
    for error in errors:
        here = (*_of(connection_id, dataset), failing_fields.c.field == error.field)
        values: dict[str, Any] = {
            "error_code": error.code,
            "reason": error.reason,
            "ids": list(error.ids[:MOST_IDS]),
            "last_at": now,
        }
        changed = await tx.execute(tx.update(failing_fields).where(*here).values(**values))
        if changed.rowcount == 0:
            place = {"connection_id": connection_id, "dataset": dataset, "field": error.field}
            await tx.insert(failing_fields, place | values | {"first_at": now})


async def forget(tx: Tx, connection_id: int, dataset: str, names: Collection[str]) -> None:
    """Forget fields that can be read again, or that nobody wants any more."""
    if names:
        here = (*_of(connection_id, dataset), failing_fields.c.field.in_(sorted(names)))
        await tx.execute(tx.delete(failing_fields).where(*here))


def _of(connection_id: int, dataset: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    columns = failing_fields.c
    return columns.connection_id == connection_id, columns.dataset == dataset
