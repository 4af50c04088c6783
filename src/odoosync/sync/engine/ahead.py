"""The next page is asked for as soon as this one's bytes are here, before they are decoded.

Decoding a page takes a tenth of the time in which Odoo makes one; it would be idle meanwhile. The
next page begins after this one's last id, which is looked for in the bytes from their end. Once the
page is decoded its true last id is held against that: what was asked for by a wrong one is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

from odoosync.odoo.sealed import Sealed

Rows = list[dict[str, Any]]
_KEY: Final = b'"id":'
_LONGEST_ID: Final = 24


def last_id_of(body: bytes, size: int) -> int | None:
    """Return the id in a page's bytes that seems to be its last row's; None unless it seems full.

    `size` is how many rows were asked for. A guess: any text may look like an id.
    """
    if body.count(_KEY) < size:
        return None
    start = body.rfind(_KEY) + len(_KEY)
    digits = body[start : start + _LONGEST_ID].split(b",", 1)[0]
    try:
        return int(digits)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A page that is on its way: the `size` rows after the id `after`."""

    after: int
    size: int
    answer: asyncio.Task[Sealed | Rows]

    @classmethod
    def of(cls, after: int, size: int, asking: Coroutine[Any, Any, Sealed | Rows]) -> Ahead:
        task = asyncio.create_task(asking)
        task.add_done_callback(_look_at)
        return cls(after, size, task)

    def drop(self) -> None:
        self.answer.cancel()


def _look_at(task: asyncio.Task[Sealed | Rows]) -> None:
    """Whoever waits for it hears of its failure; when nobody does, nobody needs to."""
    if not task.cancelled():
        task.exception()
