"""Answers that do not end by themselves: how many of them a user has open, in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from odoosync.errors import TooMany

MOST_STREAMS: Final = 20
_LATER_S: Final = 5.0


class Streams:
    """Counts them by user: each asks the database twice a second."""

    def __init__(self) -> None:
        self._open: Counter[int] = Counter()

    def check(self, user_id: int) -> None:
        """Raise TooMany when the user may open no more."""
        if self._open[user_id] >= MOST_STREAMS:
            raise TooMany(
                f"You watch {MOST_STREAMS} runs already. Close one first.", retry_after=_LATER_S
            )

    @contextmanager
    def one_of(self, user_id: int) -> Iterator[None]:
        """Count one for as long as the block lasts."""
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            self._open += Counter()  # those who have none are not remembered
