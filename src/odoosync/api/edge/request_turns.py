"""How many requests of one caller are worked on at once: the next ones wait for their turn.

All requests of a process share one event loop, and it takes whatever is ready. Without turns,
whoever sends a hundred requests at once has everybody else wait for all hundred.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class RequestTurns:
    """Lets `at_once` requests of each caller go on together.

    One that lasts longer than `lent_after_s` mostly waits, for news or for the end of a sync. It
    gives its place to the next.
    """

    at_once: int = 4
    lent_after_s: float = 0.5
    _places: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _there: Counter[str] = field(default_factory=Counter)

    @asynccontextmanager
    async def of(self, caller: str) -> AsyncIterator[None]:
        """Wait for a turn and keep it for as long as the block lasts, or a while."""
        places = self._places.setdefault(caller, asyncio.Semaphore(self.at_once))
        self._there[caller] += 1
        try:
            await places.acquire()
            place = _Place(places, self.lent_after_s)
            try:
                yield
            finally:
                place.leave()
        finally:
            self._there[caller] -= 1
            if not self._there[caller]:
                del self._there[caller], self._places[caller]


class _Place:
    """One that is taken; it is given back once, when its time is over or before."""

    def __init__(self, places: asyncio.Semaphore, seconds: float) -> None:
        self._places = places
        self._timer = asyncio.get_running_loop().call_later(seconds, self._give_back)
        self._is_taken = True

    def leave(self) -> None:
        self._timer.cancel()
        if self._is_taken:
            self._give_back()

    def _give_back(self) -> None:
        self._is_taken = False
        self._places.release()
