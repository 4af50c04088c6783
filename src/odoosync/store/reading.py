"""Reading the copy in pages: by id unless another order is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Text, func, literal

from odoosync.db import Tx
from odoosync.store import dialects
from odoosync.store.filtering import Filter, condition
from odoosync.store.ordering import BY_ID, Order, Place, beyond, clauses, sorted_value
from odoosync.store.tables import records


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record as it is kept; `data` is JSON text, not decoded.

    `place` is what a page is sorted by, None outside of pages.
    """

    odoo_id: int
    data: str
    active: bool
    write_date: str | None
    synced_at: datetime
    deleted_at: datetime | None
    unreachable_at: datetime | None
    place: Any = None


@dataclass(frozen=True, slots=True)
class Query:
    """Which records of a dataset are meant.

    `kinds` are the types of its fields, `columns` the promoted columns of some. Every word of
    `search` must stand in a record's search text, or in one of its fields that are `searched`.
    Deleted rows and those out of the login's sight are left out unless asked for.
    """

    connection_id: int
    dataset: str
    filters: Sequence[Filter] = ()
    search: str | None = None
    searched: Sequence[str] = ()
    include_deleted: bool = False
    kinds: Mapping[str, str] | None = None
    columns: Mapping[str, str] | None = None
    order: Order = BY_ID


async def read_page(
    tx: Tx, query: Query, *, limit: int, after: Place | None = None
) -> list[StoredRecord]:
    """Return up to `limit` records behind `after`, in the query's order. Raises UnknownFilter."""
    await _prepare(tx, query)
    statement = page_statement(tx, query, limit=limit, after=after)
    return [stored_record(row, row.place) for row in await tx.all(statement)]


async def count(tx: Tx, query: Query) -> int:
    """Count the records that are meant. Raises UnknownFilter."""
    await _prepare(tx, query)
    return int(await tx.scalar(count_statement(tx, query)) or 0)


async def get(
    tx: Tx, connection_id: int, dataset: str, odoo_id: int, *, include_deleted: bool = False
) -> StoredRecord | None:
    """Return one record, or None."""
    asked = Filter("odoo_id", "eq", odoo_id)
    query = Query(connection_id, dataset, (asked,), include_deleted=include_deleted)
    page = await read_page(tx, query, limit=1)
    return page[0] if page else None


def page_statement(tx: Tx, query: Query, *, limit: int, after: Place | None = None) -> Select[Any]:
    statement = tx.select(
        records,
        *(records.c[name] for name in RECORD_COLUMNS),
        dialects.data_text(tx.dialect).label("data"),
        sorted_value(tx.dialect, query.order).label("place"),
    ).where(*_conditions(tx.dialect, query))
    if after is not None:
        statement = statement.where(beyond(tx.dialect, query.order, after))
    return statement.order_by(*clauses(tx.dialect, query.order)).limit(limit)


def count_statement(tx: Tx, query: Query) -> Select[Any]:
    return tx.select(records, func.count()).where(*_conditions(tx.dialect, query))


RECORD_COLUMNS: Final = (
    "odoo_id",
    "active",
    "odoo_write_date",
    "synced_at",
    "deleted_at",
    "unreachable_at",
)


def stored_record(row: Row[Any], place: Any = None) -> StoredRecord:
    return StoredRecord(
        odoo_id=row.odoo_id,
        data=row.data,
        active=row.active,
        write_date=row.odoo_write_date,
        synced_at=row.synced_at,
        deleted_at=row.deleted_at,
        unreachable_at=row.unreachable_at,
        place=place,
    )


def _conditions(dialect: str, query: Query) -> list[ColumnElement[bool]]:
    kinds, columns = query.kinds or {}, query.columns or {}
    found = [records.c.connection_id == query.connection_id, records.c.dataset == query.dataset]
    if not query.include_deleted:
        found += [records.c.deleted_at.is_(None), records.c.unreachable_at.is_(None)]
    found += [condition(dialect, asked, kinds, columns) for asked in query.filters]
    return [*found, *_search_conditions(dialect, query)]


def _search_conditions(dialect: str, query: Query) -> Iterator[ColumnElement[bool]]:
    texts = dialects.lowered_texts(dialect, query.searched) if query.searched else None
    for word in dict.fromkeys((query.search or "").split()):
        found = dialects.holds(dialect, records.c.search, literal(word.casefold(), Text))
        if texts is not None:
            part = dialects.lowered(dialect, literal(word, Text))
            found |= dialects.holds(dialect, texts, part)
        yield found


async def _prepare(tx: Tx, query: Query) -> None:
    searches_fields = query.search and query.searched
    if searches_fields or any(asked.op == "contains" for asked in query.filters):
        await dialects.prepare_to_lower(tx)
