"""`next_cursor`: opaque to callers. Of records, it is bound to the connection and dataset."""

from __future__ import annotations

import base64
import re
from typing import Final

from odoosync.api.errors import BadCursor
from odoosync.spelling import shown

_SHAPE: Final = re.compile(r"([0-9]{1,18})/([^/]{1,255})/(-?[0-9]{1,19})")
_IN_A_LOG: Final = re.compile(r"([a-z][a-z ]*)/(.*)", re.DOTALL)
_ROW_ID: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_LARGEST: Final = 2**63 - 1


def write_place(log: str, place: object) -> str:
    """Return the cursor of a list that is no list of records; it goes on behind the place."""
    return _packed(f"{log}/{place}")


def read_place(log: str, cursor: str) -> str:
    """Return the place that the last page of a list ended with. Raises BadCursor."""
    match = _IN_A_LOG.fullmatch(_unpacked(cursor))
    if match is None:
        raise BadCursor(_other(_decoded(cursor)[1], log))
    if match[1] != log:
        raise BadCursor(_other(match[1], log))
    return match[2]


def read_row_id(log: str, cursor: str | None) -> int | None:
    """Return the id of the row that the last page of a log ended with. Raises BadCursor."""
    if cursor is None:
        return None
    place = read_place(log, cursor)
    if _ROW_ID.fullmatch(place) is None:
        raise BadCursor
    return int(place)


def write_cursor(connection_id: int, dataset: str, odoo_id: int) -> str:
    return _packed(f"{connection_id}/{dataset}/{odoo_id}")


def read_cursor(cursor: str | None, connection_id: int, dataset: str) -> int | None:
    """Return the id that the last page ended with. Raises BadCursor."""
    if cursor is None:
        return None
    of_connection, of_dataset, odoo_id = _decoded(cursor)
    if of_dataset != dataset:
        raise BadCursor(_other(of_dataset, dataset))
    if of_connection != connection_id:
        told = _other(f"connection {of_connection}", f"connection {connection_id}")
        raise BadCursor(f"{told} Or send `connection_id={of_connection}` with it.")
    return odoo_id


def _other(of: str, here: str) -> str:
    return (
        f"This cursor is of a list of {shown(of)}, and this is one of {here}. "
        "Leave the cursor out to begin anew."
    )


def check_cursor(cursor: str | None) -> None:
    """Raise BadCursor for what no list of ours gave, without knowing which one it was."""
    if cursor is not None:
        _decoded(cursor)


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _unpacked(cursor: str) -> str:
    try:
        return base64.b64decode(cursor, altchars="-_", validate=True).decode()
    except ValueError as error:
        raise BadCursor from error


def _decoded(cursor: str) -> tuple[int, str, int]:
    text = _unpacked(cursor)
    if (log := _IN_A_LOG.fullmatch(text)) is not None:
        raise BadCursor(_other(log[1], "records"))
    match = _SHAPE.fullmatch(text)
    if match is None or abs(int(match[3])) > _LARGEST:
        raise BadCursor
    return int(match[1]), match[2], int(match[3])
