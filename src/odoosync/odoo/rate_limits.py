"""Servers that say 429: their answer is waited for where it is near, and it is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from odoosync.odoo.messages import TOO_MANY_REQUESTS, Answer, Handler, Request

MAX_WAIT_S: Final = 10.0
CALLS_AFTER_WAITS_S: Final = 5.0
"""What a conversation with a time limit keeps for its calls once all waits are over."""
_DEFAULT_WAIT_S: Final = 1.0


async def _ignore() -> None:
    return


@dataclass(slots=True)
class RateLimitedHandler:
    """A transport that notices 429, tells it once, and waits.

    All waits are over `patience` seconds after the first call began. A call that was answered with
    429 was not carried out: sending it again is safe.
    """

    transport: Handler
    patience: float = 0.0
    on_limit: Callable[[], Awaitable[None]] = _ignore
    is_limited: bool = field(default=False, init=False)
    _ends: float | None = field(default=None, init=False)

    async def handle(self, request: Request) -> Answer:
        now = asyncio.get_running_loop().time
        self._ends = self._ends or now() + self.patience
        while True:
            answer = await self.transport.handle(request)
            await self._note(answer)
            pause = wait_for(answer, self._ends - now())
            if pause is None:
                return answer
            await asyncio.sleep(pause)

    async def _note(self, answer: Answer) -> None:
        if answer.status == TOO_MANY_REQUESTS and not self.is_limited:
            self.is_limited = True
            await self.on_limit()


def wait_for(answer: Answer, left: float) -> float | None:
    """Return seconds to wait before the call is sent again; None to take the answer as it is."""
    if answer.status != TOO_MANY_REQUESTS:
        return None
    asked_for = answer.retry_after
    pause = _DEFAULT_WAIT_S if asked_for is None else max(asked_for, _DEFAULT_WAIT_S)
    return pause if pause <= min(left, MAX_WAIT_S) else None
