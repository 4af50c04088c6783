"""Sorting records by a promoted column, in pages that neither skip nor repeat one.

Records without a value come last, whichever way the others are sorted; equal ones stand by id.
Text is compared by its characters' numbers, alike on both databases.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Boolean, ColumnElement, String, UnaryExpression, and_, func, literal, or_

from odoosync.db import UtcDateTime
from odoosync.store.rows import LOOKUP_LENGTH
from odoosync.store.tables import records

_ID: Final = "odoo_id"
_NAME: Final = "name"
SORTABLE: Final = frozenset(
    {_ID, _NAME, "email", "reference", "barcode", "active", "odoo_write_date", "synced_at"}
)


@dataclass(frozen=True, slots=True)
class Order:
    """A column of `SORTABLE`, and whether its largest values come first."""

    column: str = _ID
    descending: bool = False

    def read(self, value: Any) -> Any:
        """Read a value of the column from a cursor's JSON. Raises ValueError for what it has not.

        Ids stand in a cursor by themselves, and their value counts for nothing.
        """
        kind = records.c[self.column].type
        if value is None or self.column == _ID:
            return None
        if isinstance(kind, UtcDateTime):
            return datetime.fromisoformat(str(value)).astimezone(UTC)
        if isinstance(value, bool) != isinstance(kind, Boolean):
            raise ValueError(value)
        return value if isinstance(kind, Boolean) else str(value)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: its last record's id, and that record's value of the order's column."""

    odoo_id: int
    value: Any = None


BY_ID: Final = Order()


def sorted_value(dialect: str, order: Order) -> ColumnElement[Any]:
    """Return what records are sorted by; of names, the beginning: the others are cut already."""
    column: ColumnElement[Any] = records.c[order.column]
    if order.column == _NAME:
        column = func.substr(column, 1, LOOKUP_LENGTH, type_=column.type)
    is_text = isinstance(column.type, String)
    return column.collate("C") if is_text and dialect == "postgresql" else column


def clauses(dialect: str, order: Order) -> list[UnaryExpression[Any]]:
    """Return what a statement is to be ordered by."""
    by_id = records.c.odoo_id.desc() if order.descending else records.c.odoo_id.asc()
    if order.column == _ID:
        return [by_id]
    value = sorted_value(dialect, order)
    directed = value.desc() if order.descending else value.asc()
    return [directed.nulls_last(), by_id]


def beyond(dialect: str, order: Order, place: Place) -> ColumnElement[bool]:
    """Say that a record comes behind the place."""
    ids = records.c.odoo_id
    later_id = ids < place.odoo_id if order.descending else ids > place.odoo_id
    if order.column == _ID:
        return later_id
    value = sorted_value(dialect, order)
    if place.value is None:
        return and_(value.is_(None), later_id)
    last = literal(place.value, records.c[order.column].type)
    later = value < last if order.descending else value > last
    return or_(later, and_(value == last, later_id), value.is_(None))
