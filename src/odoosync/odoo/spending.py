"""What one client has spent on bytes that were of no use, and how much it may spend.

A page that is refused is asked for again in smaller parts, to find the row at fault. An honest
server ends that soon. One that is broken, or means harm, would have it go on without an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from odoosync.odoo.bounds import PAGE, PAGE_BYTES, Bound
from odoosync.odoo.errors import AnswerTooLarge, OdooError, TooMuchRefused

PAGES: Final = 8
"""So many pages' worth may be refused, and as much again as was of use.

One row that is too large costs five or six: the page that holds it, ten to thirteen halves of that
and seven of its fields, a part each, the row alone, and its field alone. It costs next to nothing
where the server tells the length of what it sends. Whoever has many such rows has a setting for it.
"""
_PART: Final = 8
"""A part of a page has an eighth: more rows than that are read at once only in vain."""


@dataclass(slots=True)
class Taken:
    """Bytes of one call, unpacked or as they came, whichever are more."""

    size: int = 0


_taken: ContextVar[Taken | None] = ContextVar("taken", default=None)


def note_taken(size: int) -> None:
    """Count bytes of the call that is under way, as they come."""
    taken = _taken.get()
    if taken is not None:
        taken.size += size


@dataclass(slots=True)
class Spending:
    """Of one client. `page` is the most that an answer may have; `why` is the last refusal."""

    page: int = PAGE_BYTES
    used: int = 0
    refused: int = 0
    why: str = ""
    was_too_large: bool = False

    @contextmanager
    def of_call(self) -> Iterator[None]:
        """Count what a call takes. Raises TooMuchRefused instead of making one too many."""
        if self.refused > PAGES * self.page + self.used:
            raise TooMuchRefused(self.refused, self.page, self.why)
        token = _taken.set(taken := Taken())
        try:
            yield
        except BaseException as error:
            self.refuse(taken.size, error)
            raise
        finally:
            _taken.reset(token)
        self.used += taken.size

    def refuse(self, size: int, error: BaseException) -> None:
        self.refused += size
        if isinstance(error, OdooError):
            self.why = error.message
        self.was_too_large |= isinstance(error, AnswerTooLarge)

    def take_back(self, size: int, error: OdooError) -> None:
        """Refuse a page that had seemed to be of use."""
        self.used -= size
        self.refuse(size, error)

    def bound_of(self, rows: int) -> Bound:
        """Return what so many rows may have: many get a part once a page was too large."""
        return self.part if self.was_too_large and rows > 1 else PAGE

    @property
    def part(self) -> Bound:
        return Bound(self.page // _PART, PAGE.values)

    def fits_twice(self, received: int, rows: int) -> bool:
        """Tell whether a page of twice as many rows will not be refused, as far as one can say."""
        bound = self.bound_of(2 * rows)
        return 2 * received < (self.page if bound.size is None else bound.size)
