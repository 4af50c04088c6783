"""Answers that wait, for news or for the end of a sync: how many are open here, and whose.

Each process counts its own: with several processes a user may have as many in each of them.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from odoosync.accounts import Principal
from odoosync.errors import TooMany

MAX_PER_USER: Final = 20
MAX_IN_ALL: Final = 1000
CHECK_SECONDS: Final = 3.0
_RETRY_AFTER: Final = 5.0


class Streams:
    """Counts them, by user and in all."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: Counter[int] = Counter()
        self._checked: dict[int, dict[object, float]] = defaultdict(dict)

    @contextmanager
    def one_of(self, user_id: int) -> Iterator[None]:
        """Count one for as long as the block lasts. Raises TooMany."""
        if self._open[user_id] >= MAX_PER_USER:
            raise TooMany(
                f"You have {MAX_PER_USER} requests open that wait. Close one first, or ask without "
                "waiting.",
                retry_after=_RETRY_AFTER,
            )
        if self._open.total() >= MAX_IN_ALL:
            raise TooMany(
                "Too many requests wait here. Try again shortly, or ask without waiting.",
                retry_after=_RETRY_AFTER,
            )
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]
                self._checked.pop(user_id, None)

    def while_waiting(self, user_id: int, *, wait: bool) -> AbstractContextManager[None]:
        """Count a request that may wait, or may not. Raises TooMany."""
        return self.one_of(user_id) if wait else nullcontext()

    async def check_session(
        self, caller: Principal, authenticate: Callable[[], Awaitable[Principal]]
    ) -> None:
        """Recognise the caller again, once in a while for all streams of a session or key.

        Raises NotSignedIn.
        """
        checked, session = self._checked[caller.user_id], (caller.session_id, caller.key_id)
        if self._clock() - checked.setdefault(session, self._clock()) < CHECK_SECONDS:
            return
        del checked[session]  # should it have ended, the others look for themselves
        await authenticate()
        checked[session] = self._clock()


class EventStream(StreamingResponse):
    """Server-sent events that count as one of a user's streams while they last."""

    def __init__(self, events: AsyncIterator[bytes], streams: Streams, user_id: int) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=headers)
        self._streams, self._user_id = streams, user_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._streams.one_of(self._user_id):
            await super().__call__(scope, receive, send)
