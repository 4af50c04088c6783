"""What one tenant may take of a database that many share: a few transactions, short statements.

Whoever opens a database for callers hands a `Share` in; a worker, who is nobody's neighbour but its
own, opens it without one.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Engine, event

from odoosync.errors import TooMany, Unavailable

_CANCELLED: Final = "57014"
_TIMER: Final = "odoosync_timer"


@dataclass(frozen=True, slots=True)
class Share:
    """How long a statement may take, and how many transactions a tenant may have open at once.

    More of a tenant's wait for `patience_s`.
    """

    statement_s: float = 5.0
    at_once: int = 2
    patience_s: float = 5.0


class QueryTooSlow(Unavailable):
    code = "query_too_slow"

    def __init__(self) -> None:
        super().__init__(
            "The database took too long for this and was stopped. Ask for less at once: filter by "
            "a field with an index (id, email, barcode, ref), by a narrower span, or use a smaller "
            "limit."
        )


class TooManyAtOnce(TooMany):
    code = "too_many_at_once"

    def __init__(self, at_once: int, retry_after: float) -> None:
        super().__init__(
            f"Your other requests keep the database busy: {at_once} of a user are worked on at "
            "once. Wait for their answers, or send fewer at once.",
            retry_after=retry_after,
        )


@dataclass(slots=True)
class Turns:
    """Lets each tenant have its share of transactions open; all but its own are let through."""

    share: Share
    _queues: dict[int, asyncio.Semaphore] = field(default_factory=dict)
    _there: Counter[int] = field(default_factory=Counter)

    @asynccontextmanager
    async def of(self, tenant_id: int) -> AsyncIterator[None]:
        """Wait for a turn and keep it for as long as the block lasts. Raises TooManyAtOnce."""
        queue = self._queues.setdefault(tenant_id, asyncio.Semaphore(self.share.at_once))
        self._there[tenant_id] += 1
        try:
            await self._wait(queue)
            try:
                yield
            finally:
                queue.release()
        finally:
            self._there[tenant_id] -= 1
            if not self._there[tenant_id]:
                del self._there[tenant_id], self._queues[tenant_id]

    async def _wait(self, queue: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(self.share.patience_s):
                await queue.acquire()
        except TimeoutError:
            raise TooManyAtOnce(self.share.at_once, self.share.patience_s) from None


def stop_slow_statements(engine: Engine, seconds: float) -> None:
    """Have every statement of the engine end after `seconds`; see `was_stopped`.

    On SQLite the event loop tells a connection to stop, for each has a thread of its own.
    """
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _Timeout(seconds).set)
    else:
        timer = _Timer(seconds)
        event.listen(engine, "before_cursor_execute", timer.start)
        event.listen(engine, "after_cursor_execute", timer.end)
        event.listen(engine, "handle_error", timer.end_with_error)


def was_stopped(error: BaseException) -> bool:
    """Tell a statement that took too long by what a driver raised, or SQLAlchemy around it."""
    cause = getattr(error, "orig", None) or error
    return (
        getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
        or getattr(cause, "sqlstate", None) == _CANCELLED
    )


@dataclass(frozen=True)
class _Timeout:
    """PostgreSQL's own, for as long as a connection lasts."""

    seconds: float

    def set(self, connection: Any, _record: object) -> None:
        autocommit = connection.autocommit
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(f"SET statement_timeout = {round(self.seconds * 1000)}")
        cursor.close()
        connection.autocommit = autocommit


@dataclass(frozen=True)
class _Timer:
    """One for each statement; it goes on where a caller is cancelled, and ends what is left."""

    seconds: float

    def start(self, connection: Any, *statement: Any) -> None:
        *_, context, _many = statement
        driver = connection.connection.driver_connection._conn  # noqa: SLF001 - aiosqlite's own is a coroutine
        timer = asyncio.get_running_loop().call_later(self.seconds, _interrupt, driver)
        setattr(context, _TIMER, timer)

    def end(self, _connection: Any, *statement: Any) -> None:
        *_, context, _many = statement
        getattr(context, _TIMER).cancel()

    def end_with_error(self, told: Any) -> None:
        timer = getattr(told.execution_context, _TIMER, None)
        if timer is not None:
            timer.cancel()


def _interrupt(driver: sqlite3.Connection) -> None:
    with suppress(sqlite3.ProgrammingError):  # it was closed meanwhile
        driver.interrupt()
