"""A clock that counts how often it is read, and the turns that an event loop takes meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class TickingClock:
    """Stands in for time: each reading is a millisecond later than the one before."""

    def __init__(self) -> None:
        self.readings = 0

    def __call__(self) -> float:
        self.readings += 1
        return self.readings / 1000


class Turns:
    """How often the clock was read within the longest turn of the loop, and how many there were."""

    def __init__(self) -> None:
        self.count = self.longest = 0


@asynccontextmanager
async def turns_of(clock: TickingClock) -> AsyncIterator[Turns]:
    turns = Turns()

    async def watch() -> None:
        while True:
            before = clock.readings
            await asyncio.sleep(0)
            turns.count += 1
            turns.longest = max(turns.longest, clock.readings - before)

    task = asyncio.create_task(watch())
    await asyncio.sleep(0)
    yield turns
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
