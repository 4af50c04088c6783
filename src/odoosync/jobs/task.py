"""What a worker is given to carry out, and what it gives: a lease that can be told to end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from odoosync.jobs.errors import JobCancelled, WorkerShutdown
from odoosync.jobs.run_queue import Claim


@dataclass(frozen=True, slots=True)
class Done:
    """The run has ended, well or not. `run_queue.finish` may have been called already."""


@dataclass(frozen=True, slots=True)
class RetryIn:
    """The run goes on in `seconds`, for a `reason` that is a code, not a sentence.

    Unless it `counts` it is no failed attempt: the task itself knows when to give up.
    """

    seconds: float
    reason: str
    counts: bool = True


Outcome = Done | RetryIn


class Lease:
    """An attempt's ear: what it is told while it runs. Its lease is renewed by the worker.

    And its mouth: while it waits for somebody else's answer it needs no place of this worker's.
    """

    def __init__(self) -> None:
        self.cancelled = asyncio.Event()
        self.stopping = asyncio.Event()
        self._waits: dict[object, float] = {}

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Say that nothing is done here but wait, as long as the block lasts."""
        mark = object()
        self._waits[mark] = time.monotonic()
        try:
            yield
        finally:
            del self._waits[mark]

    def has_waited(self, now: float) -> float:
        """Return for how many seconds something has been waited for; `now` is monotonic."""
        return max((now - since for since in self._waits.values()), default=0.0)

    def check(self) -> None:
        """Raise JobCancelled or WorkerShutdown when told to end; call it after each commit."""
        if self.cancelled.is_set():
            raise JobCancelled
        if self.stopping.is_set():
            raise WorkerShutdown


class Task(Protocol):
    """The work behind the runs. A run may be attempted again, on any worker."""

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        """Carry out or continue a run: `run_queue.begin`, then each commit with `advance` in it."""
        ...

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        """Write down that the run ended: given up, or `cancelled` while it was busy."""
        ...
