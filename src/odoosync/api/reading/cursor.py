"""`next_cursor`: opaque to callers. Of records, it is bound to the connection and dataset."""

from __future__ import annotations

import base64
import re
from typing import Final

from odoosync.api.errors import BadCursor

_SHAPE: Final = re.compile(r"([0-9]{1,18})/([^/]{1,255})/(-?[0-9]{1,19})")
_IN_A_LOG: Final = re.compile(r"([a-z]+)/([0-9]{1,18})")
_LARGEST: Final = 2**63 - 1


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def unpacked(cursor: str) -> str:
    """Return what was packed. Raises BadCursor."""
    try:
        return base64.b64decode(cursor, altchars="-_", validate=True).decode()
    except ValueError as error:
        raise BadCursor from error


def write_place(log: str, row_id: int) -> str:
    """Return the cursor of a log that goes on behind the row."""
    return packed(f"{log}/{row_id}")


def read_place(log: str, cursor: str | None) -> int | None:
    """Return the id of the row that the last page of a log ended with. Raises BadCursor."""
    if cursor is None:
        return None
    match = _IN_A_LOG.fullmatch(unpacked(cursor))
    if match is None or match[1] != log:
        raise BadCursor
    return int(match[2])


def write_cursor(connection_id: int, dataset: str, odoo_id: int) -> str:
    return packed(f"{connection_id}/{dataset}/{odoo_id}")


def read_cursor(cursor: str | None, connection_id: int, dataset: str) -> int | None:
    """Return the id that the last page ended with. Raises BadCursor."""
    if cursor is None:
        return None
    found = _decoded(cursor)
    if (found[0], found[1]) != (connection_id, dataset):
        raise BadCursor
    return found[2]


def check_cursor(cursor: str | None) -> None:
    """Raise BadCursor for what no list of ours gave, without knowing which one it was."""
    if cursor is not None:
        _decoded(cursor)


def _decoded(cursor: str) -> tuple[int, str, int]:
    match = _SHAPE.fullmatch(unpacked(cursor))
    if match is None or abs(int(match[3])) > _LARGEST:
        raise BadCursor
    return int(match[1]), match[2], int(match[3])
