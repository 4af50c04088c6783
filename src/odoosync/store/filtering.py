"""Filters on any field: which operators a kind of field knows, and what they are in SQL.

Kinds are Odoo's names of field types; values arrive typed (numbers for numbers, ids for
many2one, text for dates, written as they are stored). Comparisons mean the same on both databases.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import BigInteger, Column, ColumnElement, Numeric, String, Text, literal, not_
from sqlalchemy.types import TypeEngine

from odoosync.db import UtcDateTime
from odoosync.errors import InvalidInput
from odoosync.spelling import did_you_mean, no_such, shown
from odoosync.store import dialects
from odoosync.store.rows import LOOKUP_LENGTH
from odoosync.store.tables import records

_ORDER: Final = ("gt", "gte", "lt", "lte")
_NUMBER: Final = ("eq", "ne", *_ORDER, "in", "isnull")
_TEXT: Final = ("eq", "ne", *_ORDER, "in", "contains", "isnull")
_LIST: Final = ("eq", "ne", "in", "isnull")
MOMENT: Final = "moment"
"""The kind of our own times, which have fractions of a second; Odoo's datetimes have none."""
OPERATORS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("integer", "float", "monetary", "many2one", "many2one_reference"), _NUMBER),
    **dict.fromkeys(("char", "text", "html", "selection", "reference"), _TEXT),
    **dict.fromkeys(("date", "datetime", MOMENT), _NUMBER),
    **dict.fromkeys(("many2many", "one2many"), _LIST),
    "boolean": ("eq", "ne", "isnull"),
}
"""What each kind of field can be asked; kinds that are not here know `isnull` alone."""
_NUMBERS: Final = frozenset({"integer", "float", "monetary", "many2one", "many2one_reference"})
_LISTS: Final = frozenset({"many2many", "one2many"})
_IDENTIFIER: Final = re.compile(r"[^\W\d][\w$]{0,254}\Z")
PROMOTED: Final = frozenset({"email", "reference", "barcode"})
ALWAYS_KNOWN: Final[Mapping[str, str]] = {
    "id": "integer",
    "odoo_id": "integer",
    "active": "boolean",
    "write_date": "datetime",
    "synced_at": MOMENT,
    "deleted_at": MOMENT,
    "unreachable_at": MOMENT,
}
"""Kinds of what each record has, whether its model has such a field or not."""
_ALWAYS_STORED: Final = {
    "id": records.c.odoo_id,
    "odoo_id": records.c.odoo_id,
    "active": records.c.active,
    "write_date": records.c.odoo_write_date,
    "synced_at": records.c.synced_at,
    "deleted_at": records.c.deleted_at,
    "unreachable_at": records.c.unreachable_at,
}
_GONE: Final = frozenset({"deleted_at", "unreachable_at"})
_COMPARISONS: Final = {
    "eq": operator.eq,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


class UnknownFilter(InvalidInput):
    code = "unknown_filter"


class UnknownFilterField(UnknownFilter):
    """The records have no field of this name; `known` are those that they have."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(no_such("field", name, sorted(known), ones="fields"))
        self.name = name
        self.known = frozenset(known)


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a field. `in` takes a list, `isnull` a boolean; `ne` keeps empty values."""

    field: str
    op: str = "eq"
    value: Any = None


def operators_of(kind: str) -> tuple[str, ...]:
    return OPERATORS.get(kind, ("isnull",))


def condition(
    dialect: str, asked: Filter, kinds: Mapping[str, str], columns: Mapping[str, str]
) -> ColumnElement[bool]:
    """Put a filter into SQL. Raises UnknownFilter.

    `columns` names the promoted column that holds the same text as a field: equality uses its
    index.
    """
    kind = kind_of(asked, kinds)
    column = _stored_column(asked, columns)
    if column is not None:
        return _on_column(dialect, asked, column)
    if kind in _LISTS:
        return _on_list(dialect, asked)
    if asked.op == "isnull":
        return _compare(dialect, asked, dialects.json_text(dialect, asked.field), literal)
    if kind in _NUMBERS:
        number = dialects.json_number(dialect, asked.field)
        return _compare(dialect, asked, number, lambda value: _number(dialect, value), Numeric)
    if kind == "boolean":
        flag = dialects.json_flag(dialect, asked.field)
        words = {True: literal("true", Text), False: literal("false", Text)}
        return _compare(dialect, asked, flag, lambda value: words[bool(value)])
    return _on_text(dialect, asked)


def means_gone(asked: Filter) -> bool:
    """Tell whether a filter asks for records that are gone; `isnull` asks for the others."""
    return asked.field in _GONE and not (asked.op == "isnull" and asked.value)


def kind_of(asked: Filter, kinds: Mapping[str, str]) -> str:
    """Return the kind of the field that is asked for. Raises UnknownFilter."""
    kind = ALWAYS_KNOWN.get(asked.field) or kinds.get(asked.field)
    if kind is None or not _IDENTIFIER.match(asked.field):
        raise UnknownFilterField(asked.field, {*kinds, *ALWAYS_KNOWN})
    if asked.op not in operators_of(kind):
        known = operators_of(kind)
        raise UnknownFilter(
            f"{asked.field} ({kind}) knows no {shown(asked.op)!r}, but: {', '.join(known)}."
            f"{did_you_mean(asked.op, known)}"
        )
    return kind


def _stored_column(asked: Filter, columns: Mapping[str, str]) -> Column[Any] | None:
    always = _ALWAYS_STORED.get(asked.field)
    if always is not None:
        return always
    column = columns.get(asked.field)
    if column not in PROMOTED or asked.op not in ("eq", "in"):
        return None
    texts = asked.value if asked.op == "in" else [asked.value]
    return records.c[column] if all(len(text) < LOOKUP_LENGTH for text in texts) else None


def _on_column(dialect: str, asked: Filter, column: Column[Any]) -> ColumnElement[bool]:
    if asked.op == "in" and isinstance(column.type, UtcDateTime):
        return column.in_(asked.value)
    among = Text if isinstance(column.type, String) else BigInteger
    return _compare(dialect, asked, column, lambda value: literal(value, column.type), among)


def _on_text(dialect: str, asked: Filter) -> ColumnElement[bool]:
    text = dialects.json_text(dialect, asked.field)
    if asked.op == "contains":
        part = dialects.lowered(dialect, literal(asked.value, Text))
        return dialects.holds(dialect, dialects.lowered(dialect, text), part)
    if dialect == "postgresql" and asked.op in _ORDER:
        text = text.collate("C")
    return _compare(dialect, asked, text, lambda value: literal(value, Text))


def _on_list(dialect: str, asked: Filter) -> ColumnElement[bool]:
    if asked.op == "isnull":
        empty = dialects.json_list_is_empty(dialect, asked.field)
        return empty if asked.value else not_(empty)
    ids: Sequence[int] = asked.value if asked.op == "in" else [asked.value]
    found = dialects.json_list_has(dialect, asked.field, ids)
    return not_(found) if asked.op == "ne" else found


def _number(dialect: str, value: Any) -> ColumnElement[Any]:
    if dialect == "postgresql":
        return literal(Decimal(str(value)), Numeric)
    return literal(float(value) if isinstance(value, Decimal) else value)


def _compare(
    dialect: str,
    asked: Filter,
    column: Any,
    bind: Callable[[Any], ColumnElement[Any]],
    among: type[TypeEngine[Any]] = Text,
) -> ColumnElement[bool]:
    if asked.op == "isnull":
        found = column.is_(None) if asked.value else column.is_not(None)
    elif asked.op == "in":
        found = dialects.one_of(dialect, column, asked.value, among)
    elif asked.op == "ne":
        found = column.is_distinct_from(bind(asked.value))
    else:
        found = _COMPARISONS[asked.op](column, bind(asked.value))
    return cast("ColumnElement[bool]", found)
