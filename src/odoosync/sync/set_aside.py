"""Rows that Odoo fails on, or fields of them: set aside with the reason, tried again in turn.

The list of what Odoo fails on has fields that fail on many rows, too: see `failing_fields`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Table,
    case,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy import cast as sql_cast

from odoosync.db import Tx
from odoosync.odoo.errors import BadAnswer, CutOff, TimedOut
from odoosync.sync.tables import failing_fields, set_aside

WHOLE_ROW = ""
_SLOW_ROWS_REST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Fault:
    """What could not be read; `field` is empty when it is the whole row. `reason` is a sentence.

    `last_at` is when it failed, unless it failed now.
    """

    odoo_id: int
    field: str
    code: str
    reason: str
    last_at: datetime | None = None


async def waiting(tx: Tx, connection_id: int, dataset: str) -> dict[int, dict[str, Fault]]:
    """Return the ids that something is set aside of, with the fields that Odoo failed on.

    The row that waits longest comes first. A value that could not be understood fails no call, so
    its field is not among them.
    """
    found = await tx.all(
        tx.select(set_aside)
        .where(set_aside.c.connection_id == connection_id, set_aside.c.dataset == dataset)
        .order_by(set_aside.c.last_at, set_aside.c.odoo_id)
    )
    faults: dict[int, dict[str, Fault]] = {row.odoo_id: {} for row in found}
    for row in found:
        if row.error_code != BadAnswer.code:
            fault = Fault(row.odoo_id, row.field, row.error_code, row.reason, row.last_at)
            faults[row.odoo_id][row.field] = fault
    return faults


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
            "last_at": fault.last_at or now,
        }
        await tx.insert(set_aside, values)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is set aside: lists go by it. Without an id it is a field of many rows."""

    dataset: str
    odoo_id: int | None
    field: str


async def listed(
    tx: Tx,
    connection_id: int,
    *,
    dataset: str | None = None,
    limit: int,
    after: Place | None = None,
) -> list[Row[Any]]:
    """List what Odoo fails on; `after` is the last place seen.

    Of each dataset come the fields of many rows, then single rows, by id and field.
    """
    both = union_all(
        _of(tx, failing_fields, connection_id, sql_cast(null(), BigInteger)),
        _of(tx, set_aside, connection_id, set_aside.c.odoo_id),
    ).subquery()
    order = (
        both.c.dataset,
        case((both.c.odoo_id.is_(None), 0), else_=1),
        func.coalesce(both.c.odoo_id, 0),
        both.c.field,
    )
    query = select(both).order_by(*order).limit(limit)
    if dataset is not None:
        query = query.where(both.c.dataset == dataset)
    if after is not None:
        is_row = int(after.odoo_id is not None)
        seen = (after.dataset, is_row, after.odoo_id or 0, after.field)
        query = query.where(tuple_(*order) > tuple_(*map(literal, seen)))
    return list(await tx.all(query))


def _of(
    tx: Tx, table: Table, connection_id: int, odoo_id: ColumnElement[int | None]
) -> Select[Any]:
    names = ("connection_id", "dataset", "field", "error_code", "reason")
    shown = (table.c[name] for name in names)
    moments = (table.c.first_at, table.c.last_at)
    columns = (odoo_id.label("odoo_id"), *shown, *moments)
    return tx.select(table, *columns).where(table.c.connection_id == connection_id)
