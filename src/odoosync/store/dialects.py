"""The few places where SQLite and PostgreSQL need different words: sets of ids, JSON, the driver.

A set of ids travels as one parameter, for a database takes only so many. Nothing here knows what
a statement is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, ColumnElement, Numeric, Text, bindparam, case, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.sql import literal
from sqlalchemy.sql.expression import any_, type_coerce
from sqlalchemy.types import TypeEngine

from odoosync.db import Tx
from odoosync.store.tables import records

CHUNK: Final = 10_000


def in_chunks(ids: Iterable[int], size: int = CHUNK) -> Iterator[list[int]]:
    """Split ids into lists of at most `size`."""
    whole = list(ids)
    for start in range(0, len(whole), size):
        yield whole[start : start + size]


def one_of(
    dialect: str, column: Any, values: Sequence[Any], kind: type[TypeEngine[Any]] = BigInteger
) -> ColumnElement[bool]:
    """Say that the column holds one of the values, with no more than one parameter for all of them.

    `kind` is BigInteger, Numeric or Text. The column may be an expression: it is evaluated once.
    PostgreSQL gets the values as a constant: of a parameter, a prepared plan knows nothing and
    compares each row of the table with each value (5 s instead of 20 ms for a page, seen).
    """
    if dialect == "postgresql":
        return column == any_(cast(_constant(_array(values)), ARRAY(kind)))  # type: ignore[no-any-return]
    document = literal(orjson.dumps(list(values), default=float).decode(), Text)
    return column.in_(select(func.json_each(document).table_valued("value").c.value))  # type: ignore[no-any-return]


def in_one_text(dialect: str, ids: Any) -> ColumnElement[str]:
    """Gather ids into one JSON text, null when there are none: 10 times less work than rows."""
    if dialect == "postgresql":
        return cast(func.json_agg(ids), Text)
    return func.json_group_array(ids, type_=Text)


def data_text(dialect: str) -> ColumnElement[str]:
    """Return `data` as JSON text, not decoded."""
    if dialect == "postgresql":
        return cast(records.c.data, Text)
    return type_coerce(records.c.data, Text)


def json_text(dialect: str, field: str) -> ColumnElement[str]:
    """Return a field of `data` as text; null where it is null or not there."""
    if dialect == "postgresql":
        return _member(field, as_text=True)
    return func.json_extract(type_coerce(records.c.data, Text), _path(field), type_=Text)


def json_number(dialect: str, field: str) -> ColumnElement[Any]:
    """Return a field of `data` as an exact number; null where it is no number."""
    if dialect == "postgresql":
        member = _member(field, as_text=False)
        is_number = func.jsonb_typeof(member) == literal("number", Text)
        return case((is_number, cast(_member(field, as_text=True), Numeric)))
    data = type_coerce(records.c.data, Text)
    is_number = func.json_type(data, _path(field)).in_(["integer", "real"])
    return case((is_number, func.json_extract(data, _path(field))))


def json_flag(dialect: str, field: str) -> ColumnElement[Any]:
    """Return a boolean field of `data` as the text `true` or `false`."""
    if dialect == "postgresql":
        return _member(field, as_text=True)
    return func.json_type(type_coerce(records.c.data, Text), _path(field), type_=Text)


def json_list_has(dialect: str, field: str, ids: Sequence[int]) -> ColumnElement[bool]:
    """Say that a field which is a list of ids holds at least one of them."""
    if dialect == "postgresql":
        member = _member(field, as_text=False)
        elements = func.jsonb_array_elements(
            case((func.jsonb_typeof(member) == literal("array", Text), member))
        ).table_valued("value")
        value = cast(elements.c.value, Text)
        return select(value).where(one_of(dialect, value, list(map(str, ids)), Text)).exists()
    found = func.json_each(type_coerce(records.c.data, Text), _path(field)).table_valued("value")
    return select(found.c.value).where(one_of(dialect, found.c.value, ids)).exists()


def json_list_is_empty(dialect: str, field: str) -> ColumnElement[bool]:
    text = json_text(dialect, field)
    return text.is_(None) | (text == literal("[]", Text))


def lowered(dialect: str, text: ColumnElement[str]) -> ColumnElement[str]:
    """Return the text without case; on SQLite by `prepare_to_lower`, for its own knows ASCII."""
    if dialect == "postgresql":
        return func.replace(func.lower(text), "ß", "ss", type_=Text)
    return func.odoosync_casefold(text, type_=Text)


def lowered_texts(dialect: str, fields: Sequence[str]) -> ColumnElement[str]:
    """Join text fields of `data`, without case; on SQLite by `prepare_to_lower`, in one parse."""
    if dialect == "postgresql":
        name = func.unnest(cast(_constant(_array(fields)), ARRAY(Text))).column_valued("name")
        member = type_coerce(records.c.data, JSONB).op("->>", return_type=Text())(name)
        joined = select(func.string_agg(member, "\n")).correlate(records).scalar_subquery()
        return lowered(dialect, type_coerce(joined, Text))
    names = literal(orjson.dumps(list(fields)).decode(), Text)
    return func.odoosync_texts(type_coerce(records.c.data, Text), names, type_=Text)


def holds(dialect: str, text: ColumnElement[str], part: ColumnElement[str]) -> ColumnElement[bool]:
    """Say that `part` stands somewhere in the text; no character of it is special."""
    name = "strpos" if dialect == "postgresql" else "instr"
    return getattr(func, name)(text, part) > 0  # type: ignore[no-any-return]


async def prepare_to_lower(tx: Tx) -> None:
    """Teach this SQLite connection what `lowered` uses; PostgreSQL needs nothing."""
    if tx.dialect == "sqlite":
        driver = await raw_driver(tx)
        await driver.create_function("odoosync_casefold", 1, _casefold, deterministic=True)
        await driver.create_function("odoosync_texts", 2, _texts, deterministic=True)


async def raw_driver(tx: Tx) -> Any:
    """Return the driver's own connection, in the same transaction: for bulk work only."""
    return (await tx.connection.get_raw_connection()).driver_connection


def stamp(dialect: str, moment: datetime) -> Any:
    """Write a moment as `UtcDateTime` does, for statements that go to the driver."""
    moment = moment.astimezone(UTC)
    return moment if dialect == "postgresql" else moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _casefold(text: object) -> str | None:
    """Fold case as PostgreSQL does, to which the capital İ is an i without a dot of its own."""
    return text.casefold().replace("i\u0307", "i") if isinstance(text, str) else None


def _texts(data: str, fields: str) -> str | None:
    values = map(orjson.loads(data).get, _names(fields))
    return _casefold("\n".join([value for value in values if isinstance(value, str)]))


@lru_cache(maxsize=16)
def _names(fields: str) -> list[str]:
    names: list[str] = orjson.loads(fields)
    return names


def _path(field: str) -> Any:
    return literal(f'$."{field}"', Text)


def _member(field: str, *, as_text: bool) -> ColumnElement[Any]:
    operator = "->>" if as_text else "->"
    result = Text() if as_text else JSONB()
    data = type_coerce(records.c.data, JSONB)
    return data.op(operator, return_type=result)(literal(field, Text))


def _constant(text: str) -> ColumnElement[str]:
    return bindparam(None, text, type_=Text(), unique=True, literal_execute=True)


def _array(values: Iterable[Any]) -> str:
    """Write an array as PostgreSQL reads it."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if not isinstance(value, str):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
