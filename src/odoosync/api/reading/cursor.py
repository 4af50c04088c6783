"""`next_cursor`: opaque to callers, and bound to the list that gave it.

A cursor is a JSON list in base64: the kind of list first (of records, their dataset), then what its
page ended with.
"""

from __future__ import annotations

import base64
from types import UnionType
from typing import Any, Final

import orjson

from odoosync.api.errors import BadCursor
from odoosync.spelling import shown

LONGEST: Final = 4096
"""Characters: the longest value that a list is sorted by, with room for its names."""
_LARGEST: Final = 2**63 - 1


def write_cursor(kind: str, *values: object) -> str:
    """Return the cursor of a list; it goes on behind the row with these values."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *values])).decode()


def read_cursor(kind: str, cursor: str | None, *types: type | UnionType) -> list[Any] | None:
    """Return the values that the list's last page ended with, of these types; None at the start.

    Raises BadCursor.
    """
    if cursor is None:
        return None
    of, *values = _decoded(cursor)
    if of != kind:
        raise BadCursor(_other(of, kind))
    if not _fits(values, types):
        raise BadCursor
    return values


def write_record_cursor(
    connection_id: int, dataset: str, order: str, value: object, odoo_id: int
) -> str:
    return write_cursor(dataset, connection_id, order, value, odoo_id)


def read_record_cursor(
    cursor: str | None, connection_id: int, dataset: str, order: str
) -> tuple[Any, int] | None:
    """Return the value and the id that the last page ended with. Raises BadCursor."""
    values = check_record_cursor(cursor, dataset)
    if values is None:
        return None
    of_connection, of_order, value, odoo_id = values
    if of_connection != connection_id:
        told = _other(f"connection {of_connection}", f"connection {connection_id}")
        raise BadCursor(f"{told} Or send `connection_id={of_connection}` with it.")
    if of_order != order:
        raise BadCursor(
            f"This cursor is of a list in the order {shown(of_order)!r}, and this one is in the "
            f"order {order!r}. Leave the cursor out to begin anew."
        )
    return value, odoo_id


def check_record_cursor(cursor: str | None, dataset: str) -> list[Any] | None:
    """Return the values of a cursor of any connection. Raises BadCursor."""
    return read_cursor(dataset, cursor, int, str, object, int)


def _decoded(cursor: str) -> list[Any]:
    try:
        values = orjson.loads(base64.b64decode(cursor, altchars="-_", validate=True))
    except ValueError as error:
        raise BadCursor from error
    if not isinstance(values, list) or not values or not isinstance(values[0], str):
        raise BadCursor
    return values


def _fits(values: list[Any], types: tuple[type | UnionType, ...]) -> bool:
    return len(values) == len(types) and all(
        isinstance(value, wanted) and _is_usable(value)
        for value, wanted in zip(values, types, strict=True)
    )


def _is_usable(value: Any) -> bool:
    """Tell whether a database takes the value."""
    if isinstance(value, str):
        return "\0" not in value
    if isinstance(value, bool) or value is None:
        return True
    return isinstance(value, int) and abs(value) <= _LARGEST


def _other(of: str, here: str) -> str:
    return (
        f"This cursor is of a list of {shown(of)}, and this is one of {here}. "
        "Leave the cursor out to begin anew."
    )
