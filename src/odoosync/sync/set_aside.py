"""Rows and fields that Odoo fails on: set aside with the reason, tried again with each run."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, tuple_

from odoosync.db import Tx
from odoosync.odoo.errors import CutOff, TimedOut
from odoosync.sync.tables import set_aside

WHOLE_ROW = ""
_SLOW_ROWS_REST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Fault:
    """What could not be read; `field` is empty when it is the whole row. `reason` is a sentence."""

    odoo_id: int
    field: str
    code: str
    reason: str


async def waiting(tx: Tx, connection_id: int, dataset: str) -> set[int]:
    """Return the ids that something is set aside of."""
    found = await tx.all(
        tx.select(set_aside, set_aside.c.odoo_id).where(
            set_aside.c.connection_id == connection_id, set_aside.c.dataset == dataset
        )
    )
    return {row.odoo_id for row in found}


async def resting(tx: Tx, connection_id: int, dataset: str, now: datetime) -> set[int]:
    """Return the ids that timed out or broke Odoo off not long ago: trying takes minutes."""
    found = await tx.all(
        tx.select(set_aside, set_aside.c.odoo_id).where(
            set_aside.c.connection_id == connection_id,
            set_aside.c.dataset == dataset,
            set_aside.c.error_code.in_((TimedOut.code, CutOff.code)),
            set_aside.c.last_at > now - _SLOW_ROWS_REST,
        )
    )
    return {row.odoo_id for row in found}


async def settle(
    tx: Tx,
    connection_id: int,
    dataset: str,
    *,
    read: Collection[int],
    faults: Sequence[Fault],
    now: datetime,
) -> None:
    """Forget what was set aside of the rows that were read now; set aside what failed now."""
    first_seen: dict[tuple[int, str], datetime] = {}
    for odoo_id in sorted({*read, *(fault.odoo_id for fault in faults)}):
        here = (
            set_aside.c.connection_id == connection_id,
            set_aside.c.dataset == dataset,
            set_aside.c.odoo_id == odoo_id,
        )
        for row in await tx.all(tx.select(set_aside).where(*here)):
            first_seen[row.odoo_id, row.field] = row.first_at
        await tx.execute(tx.delete(set_aside).where(*here))
    for fault in faults:
        values = {
            "connection_id": connection_id,
            "dataset": dataset,
            "odoo_id": fault.odoo_id,
            "field": fault.field,
            "error_code": fault.code,
            "reason": fault.reason,
            "first_at": first_seen.get((fault.odoo_id, fault.field), now),
            "last_at": now,
        }
        await tx.insert(set_aside, values)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is set aside: lists go by it."""

    dataset: str
    odoo_id: int
    field: str


async def listed(
    tx: Tx,
    connection_id: int,
    *,
    dataset: str | None = None,
    limit: int,
    after: Place | None = None,
) -> list[Row[Any]]:
    """List what is set aside, by dataset, id and field; `after` is the last place seen."""
    order = (set_aside.c.dataset, set_aside.c.odoo_id, set_aside.c.field)
    query = tx.select(set_aside).where(set_aside.c.connection_id == connection_id)
    if dataset is not None:
        query = query.where(set_aside.c.dataset == dataset)
    if after is not None:
        query = query.where(tuple_(*order) > (after.dataset, after.odoo_id, after.field))
    return list(await tx.all(query.order_by(*order).limit(limit)))
