"""`next_cursor`: opaque to callers, bound to the connection and dataset that it goes on in."""

from __future__ import annotations

import base64
import re
from typing import Final

from odoosync.api.errors import BadCursor

_SHAPE: Final = re.compile(r"([0-9]{1,18})/([^/]{1,255})/(-?[0-9]{1,19})")
_LARGEST: Final = 2**63 - 1


def write_cursor(connection_id: int, dataset: str, odoo_id: int) -> str:
    return base64.urlsafe_b64encode(f"{connection_id}/{dataset}/{odoo_id}".encode()).decode()


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
    try:
        match = _SHAPE.fullmatch(base64.b64decode(cursor, altchars="-_", validate=True).decode())
    except ValueError as error:
        raise BadCursor from error
    if match is None or abs(int(match[3])) > _LARGEST:
        raise BadCursor
    return int(match[1]), match[2], int(match[3])
