"""Values of filters: from the text of a URL, or from JSON, to what the store compares with."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from odoosync.api.reading.errors import BadFilter
from odoosync.store.filtering import MOMENT, Filter, kind_of

MOST_VALUES: Final = 1000
_LONGEST_TEXT: Final = 2000
_LARGEST_ID: Final = 2**63 - 1
_TRUE: Final = frozenset({"true", "1", "yes"})
_FALSE: Final = frozenset({"false", "0", "no"})
_OWN_ID: Final = re.compile(r"([0-9]{1,18})-(-?[0-9]{1,18})", re.ASCII)
_RECORD_IDS: Final = frozenset({"id", "odoo_id"})
_LOST_PLUS: Final = re.compile(r"(T[^T ]*) (\d\d:?\d\d)\Z")


def typed_all(filters: Iterable[Filter], kinds: Mapping[str, str]) -> list[Filter]:
    """Return the filters with values of their fields' types. Raises BadFilter, UnknownFilter.

    All lists of values together are as long as one may be: each value takes its time.
    """
    found: list[Filter] = []
    left = MOST_VALUES
    for asked in filters:
        found.append(typed(asked, kind_of(asked, kinds), most=left))
        left -= len(found[-1].value) if asked.op == "in" else 0
    return found


def typed(asked: Filter, kind: str, *, most: int = MOST_VALUES) -> Filter:
    """Return the filter with values of its field's type; of a list, `most`. Raises BadFilter."""
    if asked.op == "isnull":
        return _with(asked, asked.value, _boolean)
    convert = _CONVERTERS.get(kind, _text)
    if asked.op != "in":
        return _with(asked, asked.value, convert)
    given = asked.value.split(",") if isinstance(asked.value, str) else asked.value
    if not isinstance(given, list) or len(given) > most:
        raise BadFilter(
            f"{asked.field}: `in` takes a list. All lists of a request together have at most "
            f"{MOST_VALUES} values."
        )
    values = [_with(asked, one, convert).value for one in given]
    return Filter(asked.field, asked.op, values)


def plain_ids(asked: Filter, connection_id: int) -> Filter:
    """Take ids as lists show them, such as `1-42`, where a record's id is asked for.

    Raises BadFilter for the id of another connection's record.
    """
    if asked.field not in _RECORD_IDS or asked.op == "isnull":
        return asked
    if isinstance(asked.value, list):
        return replace(asked, value=[_plain_id(one, connection_id) for one in asked.value])
    if not isinstance(asked.value, str):
        return asked
    parts = asked.value.split(",") if asked.op == "in" else [asked.value]
    return replace(asked, value=",".join(str(_plain_id(one, connection_id)) for one in parts))


def _plain_id(value: Any, connection_id: int) -> Any:
    match = _OWN_ID.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return value
    if int(match[1]) != connection_id:
        raise BadFilter(
            f"The record {match[0]} belongs to connection {match[1]}, and this list is of "
            f"connection {connection_id}. Send `connection_id={match[1]}` with it."
        )
    return match[2]


def usable_text(value: object) -> str:
    """Return text that a database takes, not over-long. Raises ValueError."""
    if not isinstance(value, str) or "\0" in value or len(value) > _LONGEST_TEXT:
        raise ValueError
    value.encode()
    return value


def _with(asked: Filter, value: Any, convert: Callable[[Any, str], Any]) -> Filter:
    try:
        return Filter(asked.field, asked.op, convert(value, asked.op))
    except (ValueError, OverflowError) as error:
        wanted = _WANTED.get(convert, _WANTED[_text])
        raise BadFilter(f"{asked.field} ({asked.op}) is compared with {wanted}.") from error


def _boolean(value: Any, _op: str) -> bool:
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        raise ValueError
    return text in _TRUE


def _integer(value: Any, _op: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str) or len(str(value)) > 20:  # noqa: PLR2004 - digits of a 64-bit number
        raise ValueError
    number = int(value)
    if abs(number) > _LARGEST_ID:
        raise ValueError
    return number


def _number(value: Any, op: str) -> int | float:
    if isinstance(value, bool):
        raise ValueError  # noqa: TRY004 - the caller tells what is wanted
    try:
        return _integer(value, op)
    except ValueError:
        if not isinstance(value, str | float):
            raise
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _text(value: Any, _op: str) -> str:
    return usable_text(value)


def _date(value: Any, _op: str) -> str:
    return date.fromisoformat(usable_text(value)).isoformat()


def _datetime(value: Any, op: str) -> str:
    """Return whole seconds in UTC, as they are stored."""
    moment = _moment(value, op)
    if moment.microsecond and op in ("gte", "lt"):
        moment += timedelta(seconds=1)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)


def _moment(value: Any, _op: str) -> datetime:
    """Read a moment; without an offset it is UTC already. A `+` that a URL lost is put back."""
    moment = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", usable_text(value)))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


_CONVERTERS: Final[Mapping[str, Callable[[Any, str], Any]]] = {
    "boolean": _boolean,
    "float": _number,
    "monetary": _number,
    "date": _date,
    "datetime": _datetime,
    MOMENT: _moment,
    **dict.fromkeys(
        ("integer", "many2one", "many2one_reference", "many2many", "one2many"), _integer
    ),
}
_WANTED: Final[Mapping[Any, str]] = {
    _boolean: "true or false",
    _integer: "a whole number (an id, where it refers to a record; of the record itself also as in "
    "lists, such as 1-42)",
    _number: "a number",
    _date: "a date, such as 2026-01-31",
    **dict.fromkeys((_datetime, _moment), "a moment, such as 2026-01-31T12:00:00Z"),
    _text: f"a text of at most {_LONGEST_TEXT} characters",
}
