"""What is asynchronous, opened in a thread of its own for callers that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

from waiting import PATIENCE_S

_Opened = TypeVar("_Opened")


@contextmanager
def elsewhere(opening: Callable[[], AbstractAsyncContextManager[_Opened]]) -> Iterator[_Opened]:
    ready, found = threading.Event(), list[_Opened]()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with opening() as opened:
            found.append(opened)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(PATIENCE_S)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
