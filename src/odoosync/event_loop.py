"""Sharing the event loop: long work lets others run.

All of a process shares one loop. So what counts is how long the loop has not looked for news,
whichever task kept it. The task that finds that it was long enough waits for the next turn, and
so does every other one that asks within the same turn.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final, TypeVar

MAX_TURN_SECONDS: Final = 0.002
_One = TypeVar("_One")


class LoopShare:
    """Knows since when the loop is in this turn, as far as anybody asks."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._since = clock()
        self._renewed_by: asyncio.AbstractEventLoop | None = None

    async def let_others_run(self) -> None:
        """Wait for the loop's next turn if this one lasts too long; cheap if not."""
        if self._clock() - self._since < MAX_TURN_SECONDS:
            return
        loop = asyncio.get_running_loop()
        if self._renewed_by is not loop:
            self._renewed_by = loop
            loop.call_soon(self._renew)  # comes before those who wait from now on
        await asyncio.sleep(0)

    def _renew(self) -> None:
        self._renewed_by = None
        self._since = self._clock()


SHARED: Final = LoopShare()


async def let_others_run() -> None:
    """Call it between two pieces of work that may be many; see `LoopShare`."""
    await SHARED.let_others_run()


async def paced(items: Iterable[_One], share: LoopShare = SHARED) -> AsyncIterator[_One]:
    """Yield the items, and let others run between them."""
    for item in items:
        yield item
        await share.let_others_run()
