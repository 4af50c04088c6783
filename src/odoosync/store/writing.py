"""Writing pages: what is stored already costs a comparison of hashes, not a write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row as DatabaseRow
from sqlalchemy import func, or_

from odoosync.db import Tx
from odoosync.store import bulk
from odoosync.store.dialects import data_text, in_chunks, one_of
from odoosync.store.rows import EncodedRow, Row, encode
from odoosync.store.tables import records

RowMaker = Callable[[int, dict[str, Any]], Row]
_ABSENT: Final = object()
_UPSERT_CHUNK: Final = 50_000


@dataclass(frozen=True, slots=True)
class PageCounts:
    """What a page changed. A row that came back counts as updated."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: PageCounts) -> PageCounts:
        return PageCounts(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
        )


async def write_page(
    tx: Tx, connection_id: int, dataset: str, rows: Iterable[EncodedRow], *, now: datetime
) -> PageCounts:
    """Store a page; only what differs is written. Of an id that comes twice the last one counts.

    A row whose write date alone moved is written and counts as unchanged.
    """
    page = {row.odoo_id: row for row in rows}
    known = await _known(tx, connection_id, dataset, list(page))
    created, updated, touched = [], [], []
    for odoo_id, row in page.items():
        before = known.get(odoo_id)
        if before is None:
            created.append(row)
        elif before.gone or before.content_hash != row.content_hash:
            updated.append(row)
        elif before.odoo_write_date != row.odoo_write_date:
            touched.append(row)
    await _upsert(tx, connection_id, dataset, [*created, *updated, *touched], now)
    unchanged = len(page) - len(created) - len(updated)
    return PageCounts(len(created), len(updated), unchanged)


async def patch_rows(
    tx: Tx,
    connection_id: int,
    dataset: str,
    patches: Mapping[int, Mapping[str, Any]],
    *,
    make_row: RowMaker | None = None,
    now: datetime,
) -> int:
    """Merge fields into `data` of live rows that are stored; returns how many differed.

    `make_row` takes the promoted values anew from the merged data; without it they stay.
    """
    updated = 0
    for ids in in_chunks(patches):
        changed = []
        for stored in await _live_rows(tx, connection_id, dataset, ids):
            row = _patched(stored, patches[stored.odoo_id], make_row)
            if row is not None:
                changed.append(row)
        await _upsert(tx, connection_id, dataset, changed, now)
        updated += len(changed)
    return updated


def _patched(
    stored: DatabaseRow[Any], patch: Mapping[str, Any], make_row: RowMaker | None
) -> EncodedRow | None:
    data = orjson.loads(stored.data)
    if all(data.get(name, _ABSENT) == value for name, value in patch.items()):
        return None
    before = Row(
        odoo_id=stored.odoo_id,
        data=data,
        name=stored.name,
        email=stored.email,
        reference=stored.reference,
        barcode=stored.barcode,
        active=stored.active,
        search=stored.search,
        write_date=stored.odoo_write_date,
    )
    merged = {**data, **patch}
    row = make_row(stored.odoo_id, merged) if make_row else before._replace(data=merged)
    encoded = encode(row)
    return encoded if encoded.content_hash != stored.content_hash else None


async def _upsert(
    tx: Tx, connection_id: int, dataset: str, rows: Sequence[EncodedRow], now: datetime
) -> None:
    for start in range(0, len(rows), _UPSERT_CHUNK):
        part = rows[start : start + _UPSERT_CHUNK]
        await bulk.upsert(tx, connection_id, dataset, part, now)


async def _known(
    tx: Tx, connection_id: int, dataset: str, ids: Sequence[int]
) -> dict[int, DatabaseRow[Any]]:
    gone = or_(records.c.deleted_at.is_not(None), records.c.unreachable_at.is_not(None))
    found: dict[int, DatabaseRow[Any]] = {}
    # A first sync writes beyond all that is there, page after page.
    last = await _last_id(tx, connection_id, dataset)
    for part in in_chunks(odoo_id for odoo_id in ids if last is not None and odoo_id <= last):
        statement = tx.select(
            records,
            records.c.odoo_id,
            records.c.content_hash,
            records.c.odoo_write_date,
            gone.label("gone"),
        ).where(
            records.c.connection_id == connection_id,
            records.c.dataset == dataset,
            one_of(tx.dialect, records.c.odoo_id, part),
        )
        found.update((row.odoo_id, row) for row in await tx.all(statement))
    return found


async def _last_id(tx: Tx, connection_id: int, dataset: str) -> int | None:
    statement = tx.select(records, func.max(records.c.odoo_id)).where(
        records.c.connection_id == connection_id, records.c.dataset == dataset
    )
    last: int | None = await tx.scalar(statement)
    return last


async def _live_rows(
    tx: Tx, connection_id: int, dataset: str, ids: Sequence[int]
) -> Sequence[DatabaseRow[Any]]:
    promoted = [records.c[name] for name in EncodedRow._fields if name != "data"]
    statement = tx.select(records, *promoted, data_text(tx.dialect).label("data")).where(
        records.c.connection_id == connection_id,
        records.c.dataset == dataset,
        one_of(tx.dialect, records.c.odoo_id, ids),
        records.c.deleted_at.is_(None),
        records.c.unreachable_at.is_(None),
    )
    return await tx.all(statement)
