"""How much each kind of call may answer: the one place that says so.

A server is somebody's own, and may send anything. So an answer is bounded by what it can be, in
bytes before anything reads it, and in values before anything is made of it: a few bytes of JSON
become a hundred in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_KIBIBYTE: Final = 1024
PAGE_BYTES: Final = 64 * _KIBIBYTE**2
"""What a page may have where no setting says it."""
_BYTES_OF_AN_ID: Final = 24


@dataclass(frozen=True, slots=True)
class Bound:
    """`size` is in bytes, as they come and unpacked alike; None: as many as a page may have.

    `values` count what stands between commas and in brackets, wherever those are.
    """

    size: int | None
    values: int

    def holds(self, body: bytes) -> bool:
        """Tell whether so many values may be made of JSON; commas in texts count, too."""
        return sum(map(body.count, (b",", b"[", b"{"))) <= self.values


SMALL: Final = Bound(64 * _KIBIBYTE, 64 * _KIBIBYTE)
"""A version, a login, a count, a few short fields of a row or of each language."""
FIELDS: Final = Bound(4 * _KIBIBYTE**2, 200_000)
NAMES: Final = Bound(8 * _KIBIBYTE**2, 200_000)
"""Names of what a thousand rows point to."""
PAGE: Final = Bound(None, 2_000_000)


def bound_of(method: str, asked: Mapping[str, Any]) -> Bound:
    """Return the bound of a model's method, called with these arguments."""
    match method:
        case "read" | "search_read":
            return PAGE
        case "search":
            return _ids(asked.get("limit"))
        case "fields_get":
            return FIELDS
    return SMALL


def _ids(limit: object) -> Bound:
    if not isinstance(limit, int):
        return PAGE
    return Bound(64 * _KIBIBYTE + limit * _BYTES_OF_AN_ID, 64 + limit)
