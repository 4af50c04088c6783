"""Which ids are here, and marking those that are gone: rows stay for as long as their connection.

Gone for good (`deleted_at`) and out of this login's sight (`unreachable_at`) are kept apart: no
row is both.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Update, bindparam, func, or_, select

from odoosync.db import Tx
from odoosync.store import positions
from odoosync.store.dialects import in_chunks, in_one_text, one_of
from odoosync.store.tables import records

_HALF: Final = 2**32
_SCAN_CHUNK: Final = 50_000
# Said whole, as the index of what is gone says it: planners do not see that one half implies it.
_GONE: Final = or_(records.c.deleted_at.is_not(None), records.c.unreachable_at.is_not(None))


@dataclass(frozen=True, slots=True)
class StoredIds:
    """Sorted ids: those that lists show, and those that the login could not read any more."""

    live: array[int]
    unreachable: array[int]


@dataclass(frozen=True, slots=True)
class CountAndSum:
    """How many live rows there are, and the sum of their ids."""

    count: int
    sum: int


async def live_ids(tx: Tx, connection_id: int, dataset: str) -> StoredIds:
    """Return all ids but the deleted ones; 8 bytes an id."""
    here = _place(connection_id, dataset)
    ids = await _ids(tx, *here)
    unreachable = await _ids(tx, *here, records.c.unreachable_at.is_not(None), _GONE)
    deleted = await _ids(tx, *here, records.c.deleted_at.is_not(None), _GONE)
    if gone := set(unreachable).union(deleted):
        ids = array("q", [odoo_id for odoo_id in ids if odoo_id not in gone])
    return StoredIds(ids, unreachable)


async def count_and_sum(
    tx: Tx, connection_id: int, dataset: str, *, until: datetime | None = None
) -> CountAndSum:
    """Count live rows and add up their ids, by the indexes alone unless made `until` a moment."""
    here: tuple[ColumnElement[bool], ...] = _place(connection_id, dataset)
    if until is not None:
        here = (*here, records.c.created_at <= until)
    every, gone = await _totals(tx, *here), await _totals(tx, *here, _GONE)
    return CountAndSum(every.count - gone.count, every.sum - gone.sum)


async def mark_deleted(
    tx: Tx, connection_id: int, dataset: str, ids: Iterable[int], now: datetime
) -> int:
    """Mark rows as deleted, unreachable ones too; returns how many were not so before."""
    statement = tx.update(records).values(deleted_at=now, unreachable_at=None)
    return await _mark(
        tx, statement.where(records.c.deleted_at.is_(None)), connection_id, dataset, ids
    )


async def mark_unreachable(
    tx: Tx, connection_id: int, dataset: str, ids: Iterable[int], now: datetime
) -> int:
    """Mark live rows as out of sight; returns how many were live before."""
    statement = (
        tx.update(records)
        .values(unreachable_at=now)
        .where(records.c.deleted_at.is_(None), records.c.unreachable_at.is_(None))
    )
    return await _mark(tx, statement, connection_id, dataset, ids)


def _place(connection_id: int, dataset: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return records.c.connection_id == connection_id, records.c.dataset == dataset


async def _mark(
    tx: Tx, statement: Update, connection_id: int, dataset: str, ids: Iterable[int]
) -> int:
    marked = 0
    for part in in_chunks(ids):
        here = statement.where(*_place(connection_id, dataset))
        if tx.dialect == "postgresql":
            among = one_of(tx.dialect, records.c.odoo_id, part)
            result = await tx.execute(here.where(among).values(**positions.marked_now()))
        else:
            result = await tx.execute(*await _each_in_its_place(tx, here, part))
        marked += result.rowcount
    return marked


async def _each_in_its_place(
    tx: Tx, statement: Update, ids: Sequence[int]
) -> tuple[Update, list[dict[str, int]]]:
    """Mark rows one by one on SQLite, each with its own place in the change feed.

    Joined with a list of ids, SQLite may go through the list for each row of the table.
    """
    before = await positions.reserve(tx, len(ids))
    one = statement.where(records.c.odoo_id == bindparam("marked_id"))
    places = [
        {"marked_id": odoo_id, "place": place} for place, odoo_id in enumerate(ids, before + 1)
    ]
    return one.values(change_seq=bindparam("place")), places


async def _ids(tx: Tx, *where: ColumnElement[bool]) -> array[int]:
    ids = array("q")
    while True:
        part = tx.select(records, records.c.odoo_id).where(*where)
        if ids:
            part = part.where(records.c.odoo_id > ids[-1])
        ordered = part.order_by(records.c.odoo_id).limit(_SCAN_CHUNK).subquery()
        text = await tx.scalar(select(in_one_text(tx.dialect, ordered.c.odoo_id)))
        found = orjson.loads(text or "[]")
        ids.fromlist(found)
        if len(found) < _SCAN_CHUNK:
            return ids


async def _totals(tx: Tx, *where: Any) -> CountAndSum:
    """Add ids up in two halves: SQLite's sum of 64 bits raises when it overflows."""
    parts = {"high": records.c.odoo_id // _HALF, "low": records.c.odoo_id % _HALF}
    sums = [func.coalesce(func.sum(part), 0).label(name) for name, part in parts.items()]
    statement = tx.select(records, func.count().label("rows"), *sums).where(*where)
    row = (await tx.execute(statement)).one()
    return CountAndSum(int(row.rows), int(row.high) * _HALF + int(row.low))
