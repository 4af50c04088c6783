"""Calls that are repeated when the same call may work in a while: with jitter and a deadline."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
)

from odoosync.backoff import Backoff
from odoosync.log import get_logger
from odoosync.odoo.errors import NotOdoo, OdooError, RedirectRefused, ServerBusy, TimedOut

log = get_logger(__name__)
T = TypeVar("T")
ATTEMPTS: Final = 8
"""An Odoo that restarts is back within some twenty seconds."""
AT_FIRST: Final = 5
"""Attempts to begin with: of an Odoo that is off a person hears within five seconds."""
_DEADLINE_S: Final = 60.0
PAUSES: Final = Backoff(first_s=0.25, longest_s=10.0, jitter=0.2)


def worth_repeating(error: BaseException) -> bool:
    """Repeat what the server may answer next time; a time-out asks for less instead.

    This Odoo has answered before: what is not Odoo there now may be a page of maintenance.
    """
    if isinstance(error, NotOdoo | RedirectRefused):
        return True
    return isinstance(error, OdooError) and error.retriable and not isinstance(error, TimedOut)


def pause_before(attempt: int, error: BaseException | None, *, chance: float) -> float:
    """Return seconds before the next attempt, after `attempt` of them; `chance` is in [0, 1).

    A server that says when to come back is not asked before that.
    """
    asked_for = (error.retry_after or 0.0) if isinstance(error, ServerBusy) else 0.0
    return asked_for + PAUSES.after(attempt, chance=chance)


async def patiently(call: Callable[[], Awaitable[T]], *, attempts: int = ATTEMPTS) -> T:
    """Run a read, repeating it on transient faults. Raises the last OdooError."""
    retrying = AsyncRetrying(
        retry=retry_if_exception(worth_repeating),
        stop=stop_after_attempt(attempts) | stop_before_delay(_DEADLINE_S),
        wait=_wait,
        before_sleep=_tell,
        reraise=True,
    )
    async for attempt in retrying:
        with attempt:
            return await call()
    raise AssertionError("tenacity ends with a result or raises")


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    code = getattr(error, "code", type(error).__name__)
    pause = round(state.upcoming_sleep, 1)
    log.info("odoo_asked_again", code=code, attempt=state.attempt_number, after_s=pause)


async def within(seconds: float, call: Callable[[], Awaitable[T]]) -> T:
    """Run a read that must not take longer. Raises TimedOut, and what the read raises."""
    try:
        async with asyncio.timeout(seconds):
            return await call()
    except TimeoutError:
        raise TimedOut from None


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    chance = random.random()  # noqa: S311 - spreads load, guards nothing
    return pause_before(state.attempt_number, error, chance=chance)
