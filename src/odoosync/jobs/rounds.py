"""What a process does now and then beside its work, for as long as it lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from odoosync.log import FailureLog, get_logger

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Round:
    """An `action`, and the `seconds` of rest after each."""

    seconds: float
    action: Callable[[], Awaitable[object]]


@asynccontextmanager
async def going(rounds: Iterable[Round]) -> AsyncIterator[None]:
    """Make the rounds until the block ends."""
    tasks = [asyncio.create_task(_every(one)) for one in rounds]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _every(one: Round) -> None:
    """Do it now and then at intervals, for ever; a failure is logged once and tried again."""
    failures = FailureLog(log)
    while True:
        try:
            await one.action()
        except Exception as error:  # noqa: BLE001 - a round that dies would die unseen
            failures.failed(one, error, "round_failed")
        else:
            failures.worked(one)
        await asyncio.sleep(one.seconds)
