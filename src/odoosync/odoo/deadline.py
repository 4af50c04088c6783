"""One time limit for all calls of a conversation, such as a test of credentials."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from odoosync.odoo.bounds import SMALL, Bound
from odoosync.odoo.errors import TimedOut
from odoosync.odoo.transport import Answer
from odoosync.odoo.wire import Sender

_GRACE_S: Final = 1.0
"""So long the transport may take to end a call by itself: it knows what the call waited for."""


@dataclass(slots=True)
class Deadline:
    """A transport whose calls must all have been answered `seconds` after the first began."""

    transport: Sender
    seconds: float
    _ends: float | None = None

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as in Transport
        repeatable: bool = False,
        bound: Bound = SMALL,
    ) -> Answer:
        left = self._left()
        total = left if timeout is None else min(left, timeout)
        try:
            async with asyncio.timeout(left + _GRACE_S):
                return await self.transport.send(
                    method,
                    url,
                    headers=headers,
                    body=body,
                    timeout=total,
                    repeatable=repeatable,
                    bound=bound,
                )
        except TimeoutError:
            raise TimedOut from None

    def _left(self) -> float:
        now = asyncio.get_running_loop().time()
        if self._ends is None:
            self._ends = now + self.seconds
        if now >= self._ends:
            raise TimedOut
        return self._ends - now
