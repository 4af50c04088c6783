"""How many calls may be under way at once, and how far apart they start.

The transport limits the calls to each origin; a sync limits those of its connection, too, as its
owner wants it. One's queue is never another's: a server that hangs holds up nobody else. Hosts of
Odoo's own cloud allow about one call a second and no parallel calls; so does, from then on,
whatever server has answered 429. All this holds for one process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakValueDictionary

from odoosync.odoo.errors import ServerBusy
from odoosync.odoo.messages import Answer, Handler, Request

_HOSTED: Final = ("odoo.com",)
_MAX_PAUSE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Calls start `spacing` seconds apart at least; at most `parallel` are under way, 0 for any."""

    spacing: float = 0.0
    parallel: int = 0


RATE_LIMITED: Final = Pace(spacing=1.0, parallel=1)
"""Of Odoo's own cloud, and of a server that has answered 429."""


def is_hosted(host: str) -> bool:
    """Tell Odoo's own cloud by its domain; `odoo.sh` servers are the customer's own."""
    return any(host == name or host.endswith(f".{name}") for name in _HOSTED)


class Limiter:
    """Where calls queue that share a pace."""

    def __init__(self, pace: Pace) -> None:
        self.asked = self.pace = pace
        self._slots = asyncio.Semaphore(pace.parallel) if pace.parallel else None
        self._one_by_one = asyncio.Lock()
        self._free_at = 0.0

    @asynccontextmanager
    async def slot(self, *, within_s: float | None = None) -> AsyncIterator[None]:
        """Wait for a free slot, at most `within_s` seconds. Raises ServerBusy after that."""
        async with AsyncExitStack() as held:
            try:
                async with asyncio.timeout(within_s):
                    if self._slots is not None:
                        await held.enter_async_context(self._slots)
                    if self.pace.parallel == 1:
                        await held.enter_async_context(self._one_by_one)
            except TimeoutError:
                raise ServerBusy(
                    "Too many calls to this Odoo are under way. Try again in a while."
                ) from None
            await self._keep_apart()
            yield

    def slow_down(self, pace: Pace, retry_after: float | None) -> None:
        """Take another pace from now on, and let no call start for the first seconds."""
        self.pace = pace
        pause = min(retry_after or 0.0, _MAX_PAUSE_S)
        self._free_at = max(self._free_at, asyncio.get_running_loop().time() + pause)

    async def _keep_apart(self) -> None:
        if not self.pace.spacing:
            return
        now = asyncio.get_running_loop().time()
        start = max(now, self._free_at)
        self._free_at = start + self.pace.spacing
        await asyncio.sleep(start - now)


@dataclass(slots=True)
class Limiters:
    """One limiter an origin, or a connection. One that nobody uses is forgotten.

    Those that keep calls apart stay: they know when the last one started. Servers that answer 429
    are asked at the pace `slow`.
    """

    slow: Pace = RATE_LIMITED

    _in_use: WeakValueDictionary[Hashable, Limiter] = field(default_factory=WeakValueDictionary)
    _spaced: dict[Hashable, Limiter] = field(default_factory=dict)

    def of(self, key: Hashable, pace: Pace) -> Limiter:
        """Return the limiter of this key; a new one when another pace is asked for."""
        limiter = self._in_use.get(key)
        if limiter is None or limiter.asked != pace:
            self._spaced.pop(key, None)
            limiter = self._in_use[key] = Limiter(pace)
            if pace.spacing:
                self._spaced[key] = limiter
        return limiter

    def slow_down(self, key: Hashable, limiter: Limiter, retry_after: float | None) -> None:
        """Ask a server that answered 429 slowly from now on."""
        limiter.slow_down(self.slow, retry_after)
        self._spaced[key] = limiter


@dataclass(frozen=True, slots=True)
class LimitedHandler:
    """A transport whose calls wait for a slot; their own time limit begins behind it."""

    transport: Handler
    limiter: Limiter

    async def handle(self, request: Request) -> Answer:
        async with self.limiter.slot():
            return await self.transport.handle(request)
