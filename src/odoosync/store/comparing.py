"""Rows as they are kept, for those who hold them against their source, and writing them anew.

What is told apart by hashes elsewhere is looked at whole here: a damaged row may keep its hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Row as DatabaseRow
from sqlalchemy import Select

from odoosync.db import Tx
from odoosync.store import bulk
from odoosync.store.dialects import data_text, in_chunks, one_of
from odoosync.store.rows import COLUMNS, EncodedRow, Row, encode
from odoosync.store.tables import records


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the copy with its marks; `row.data` is JSON."""

    row: EncodedRow
    created_at: datetime
    synced_at: datetime
    deleted_at: datetime | None
    unreachable_at: datetime | None

    @property
    def odoo_id(self) -> int:
        return self.row.odoo_id

    @property
    def is_live(self) -> bool:
        return self.deleted_at is None and self.unreachable_at is None

    @property
    def version(self) -> tuple[datetime | None, ...]:
        """Differs whenever the store wrote or marked the row in between."""
        return self.synced_at, self.deleted_at, self.unreachable_at

    def is_intact(self) -> bool:
        """Tell whether the content is what the store wrote, by its hash."""
        row = self.row
        content = Row(
            odoo_id=row.odoo_id,
            data=orjson.loads(row.data),
            name=row.name,
            email=row.email,
            reference=row.reference,
            barcode=row.barcode,
            active=row.active,
            search=row.search,
            write_date=row.odoo_write_date,
        )
        return encode(content).content_hash == bytes(row.content_hash)


async def between(
    tx: Tx, connection_id: int, dataset: str, *, after: int | None, until: int | None, limit: int
) -> list[Kept]:
    """Return up to `limit` rows beyond `after` up to `until` by id, marked ones too, in order."""
    statement = _kept(tx, connection_id, dataset)
    if after is not None:
        statement = statement.where(records.c.odoo_id > after)
    if until is not None:
        statement = statement.where(records.c.odoo_id <= until)
    ordered = statement.order_by(records.c.odoo_id).limit(limit)
    return [_as_kept(row) for row in await tx.all(ordered)]


async def by_id(tx: Tx, connection_id: int, dataset: str, ids: Iterable[int]) -> dict[int, Kept]:
    """Return rows by id, marked ones too."""
    found: dict[int, Kept] = {}
    for part in in_chunks(ids):
        among = one_of(tx.dialect, records.c.odoo_id, part)
        rows = await tx.all(_kept(tx, connection_id, dataset).where(among))
        found.update((row.odoo_id, _as_kept(row)) for row in rows)
    return found


async def put_whole(
    tx: Tx, connection_id: int, dataset: str, rows: Sequence[Row], *, now: datetime
) -> None:
    """Write rows whatever is kept of them; marks are taken off. Each stands in the feed anew."""
    for part in in_parts(rows):
        await bulk.upsert(tx, connection_id, dataset, [encode(row) for row in part], now, anew=True)


def in_parts(rows: Sequence[Row], size: int = 10_000) -> list[Sequence[Row]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


_MARKS: Final = ("created_at", "synced_at", "deleted_at", "unreachable_at")


def _kept(tx: Tx, connection_id: int, dataset: str) -> Select[Any]:
    columns = [records.c[name] for name in (*COLUMNS, *_MARKS) if name != "data"]
    data = data_text(tx.dialect).label("data")
    return tx.select(records, *columns, data).where(
        records.c.connection_id == connection_id, records.c.dataset == dataset
    )


def _as_kept(row: DatabaseRow[Any]) -> Kept:
    found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    marks = {name: found[name] for name in _MARKS}
    content = {name: found[name] for name in COLUMNS} | {"data": found["data"].encode()}
    return Kept(EncodedRow(**content), **marks)
