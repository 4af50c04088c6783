"""Pages are made ready aside of what talks to Odoo and to the database.

Python does one thing at a time in a process, and making rows ready is most of what a sync does. So
large pages go to a process of their own, which is told no secret and has no way out but its pipes.
Small ones, and all while that process is not there, are made ready in a thread.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Final, cast

from odoosync.log import get_logger
from odoosync.odoo.errors import AnswerTooLarge, BadAnswer, BrokenAnswer
from odoosync.odoo.fields import Row
from odoosync.sync.engine.making import Opened, Order, Part, last_of, made

log = get_logger(__name__)
_LARGE: Final = 256 * 1024
"""Bytes of a page from which on handing it over costs little beside making it ready."""
_LIMIT_S: Final = 60.0
"""For one page: a process that stands still is ended, and the page is made ready without it."""
_AGAIN_AFTER_S: Final = 60.0
_COMMAND: Final = (sys.executable, "-m", "odoosync.sync.engine.maker_process")
_PASSED_ON: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
Reply = Opened | Part | None
"""None ends a page: after its last part, or before what cannot be made ready as it is."""
Tell = Callable[[Reply], None]


class Misread(Exception):
    """A glance at a page told of other rows than it holds. Ask for it again, and read it at length.

    Rows may hold rows, or the answer is broken in its middle.
    """


class Parts:
    """A page that is being made ready: its parts in order, as soon as they are there.

    They may end before `opened.rows` rows: what follows is to be made ready with more care.
    """

    def __init__(self, order: Order, opened: Opened, replies: asyncio.Queue[Reply]) -> None:
        self._order = order
        self.opened = opened
        self._replies = replies

    async def __aiter__(self) -> AsyncIterator[Part]:
        while isinstance(part := await self._replies.get(), Part):
            yield part

    def rest_after(self, last: int | None) -> list[Row]:
        """Return the page's rows beyond an id as Odoo sent them. Raises Misread."""
        try:
            rows = self._order.page.rows()
            opened = Opened(len(rows), last_of(rows, self._order.after))
        except (AnswerTooLarge, BadAnswer, BrokenAnswer):
            raise Misread from None
        if self.opened != opened:
            raise Misread
        return [row for row in rows if last is None or row["id"] > last]


class Maker:
    """Where the syncs of one process have their pages made ready."""

    def __init__(self, *, in_process: bool = False) -> None:
        self._apart = _Process() if in_process else None
        self._lent = 0
        self._going_on: set[asyncio.Task[None]] = set()

    async def open(self, order: Order) -> Parts | None:
        """Begin with a page; None if it cannot be read so. Whoever orders it may be cancelled."""
        replies: asyncio.Queue[Reply] = asyncio.Queue()
        task = asyncio.create_task(self._make(order, replies))
        self._going_on.add(task)
        task.add_done_callback(self._going_on.discard)
        opened = await replies.get()
        return Parts(order, opened, replies) if isinstance(opened, Opened) else None

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """Lend it to whoever orders pages; with the last of them the process goes."""
        self._lent += 1
        try:
            yield
        finally:
            self._lent -= 1
            if not self._lent and self._apart is not None:
                await self._apart.end()

    async def close(self) -> None:
        """End at once: nobody waits for pages any more."""
        if self._apart is not None:
            await self._apart.end()
        await asyncio.gather(*self._going_on, return_exceptions=True)

    async def _make(self, order: Order, replies: asyncio.Queue[Reply]) -> None:
        loop = asyncio.get_running_loop()

        def tell(reply: Reply) -> None:
            loop.call_soon_threadsafe(replies.put_nowait, reply)

        try:
            large = len(order.page.body) >= _LARGE
            if not (large and self._apart and await self._apart.took(order, tell)):
                await asyncio.to_thread(_make_here, order, tell)
        finally:
            tell(None)


def _make_here(order: Order, tell: Tell) -> None:
    with suppress(Exception):  # who ordered it meets the same by doing it over, and tells
        for reply in made(order):
            tell(reply)


class _Process:
    """The process: started when the first large page comes."""

    def __init__(self) -> None:
        self._running: _Running | None = None
        self._starting: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._not_before = 0.0

    async def took(self, order: Order, tell: Tell) -> bool:
        """Have a page made ready; False when there is no process for it yet."""
        self._start_if_due()
        async with self._turn:
            running = self._running
            if running is None:
                return False
            try:
                await asyncio.to_thread(running.make, order, tell)
            except Exception as error:  # noqa: BLE001 - whatever its pipes hold: it is ended
                if self._running is running:  # else it was ended by us
                    log.warning("maker_process_died", error=type(error).__name__)
                    await self.end()
        return True

    async def end(self) -> None:
        """End it at once: whoever waits for a page of it gets no more parts."""
        if self._starting is not None:
            await self._starting
        running, self._running = self._running, None
        if running is not None:
            await asyncio.to_thread(running.end)

    def _start_if_due(self) -> None:
        there = self._running is not None or (self._starting and not self._starting.done())
        if not there and time.monotonic() >= self._not_before:
            self._starting = asyncio.create_task(self._start())

    async def _start(self) -> None:
        try:
            self._running = await asyncio.to_thread(_started)
        except Exception as error:  # noqa: BLE001 - threads do its work
            self._not_before = time.monotonic() + _AGAIN_AFTER_S
            log.warning("maker_process_not_started", error=type(error).__name__)


def _started() -> _Running:
    """Start the process, and wait until it has said that it listens."""
    process = subprocess.Popen(  # noqa: S603 - a constant
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        start_new_session=True,  # Ctrl-C is the worker's to hear
    )
    running = _Running(process, cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout))
    try:
        with running.limited():
            running.reply()
    except BaseException:
        running.end()
        raise
    return running


@dataclass(frozen=True, slots=True)
class _Running:
    process: subprocess.Popen[bytes]
    orders: IO[bytes]
    replies: IO[bytes]

    def make(self, order: Order, tell: Tell) -> None:
        with self.limited():
            pickle.dump(order, self.orders, pickle.HIGHEST_PROTOCOL)
            self.orders.flush()
            while (reply := self.reply()) is not None:
                tell(reply)

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Kill the process if the block takes too long: its pipes close then."""
        timer = threading.Timer(_LIMIT_S, self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def reply(self) -> Reply:
        reply: Reply = pickle.load(self.replies)  # noqa: S301 - from our own child
        return reply

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        with suppress(OSError):
            self.orders.close()
        self.replies.close()
