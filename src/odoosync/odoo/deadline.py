"""One time limit for all calls of a conversation, such as a test of credentials."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Final

from odoosync.odoo.errors import TimedOut
from odoosync.odoo.messages import Answer, Handler, Request

_GRACE_S: Final = 1.0
"""So long the transport may take to end a call by itself: it knows what the call waited for."""


@dataclass(slots=True)
class Deadline:
    """A transport whose calls must all have been answered `seconds` after the first began."""

    transport: Handler
    seconds: float
    _ends: float | None = None

    async def handle(self, request: Request) -> Answer:
        left = self._left()
        total = left if request.timeout is None else min(left, request.timeout)
        try:
            async with asyncio.timeout(left + _GRACE_S):
                return await self.transport.handle(replace(request, timeout=total))
        except TimeoutError:
            raise TimedOut from None

    def _left(self) -> float:
        now = asyncio.get_running_loop().time()
        if self._ends is None:
            self._ends = now + self.seconds
        if now >= self._ends:
            raise TimedOut
        return self._ends - now
