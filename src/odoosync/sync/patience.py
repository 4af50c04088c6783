"""Calls that are repeated when the same call may work in a while: with jitter and a deadline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from tenacity import (
    AsyncRetrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential_jitter,
)

from odoosync.odoo.errors import OdooError, TimedOut

T = TypeVar("T")
_ATTEMPTS: Final = 5
_DEADLINE_S: Final = 60.0


def worth_repeating(error: BaseException) -> bool:
    """Repeat what the server may answer next time; a time-out asks for less instead."""
    return isinstance(error, OdooError) and error.retriable and not isinstance(error, TimedOut)


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Run a read, repeating it on transient faults. Raises the last OdooError."""
    retrying = AsyncRetrying(
        retry=retry_if_exception(worth_repeating),
        stop=stop_after_attempt(_ATTEMPTS) | stop_after_delay(_DEADLINE_S),
        wait=wait_exponential_jitter(initial=0.2, max=8, jitter=0.5),
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            return await call()
    raise AssertionError("tenacity ends with a result or raises")
