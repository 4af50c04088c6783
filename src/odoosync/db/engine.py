"""Opening the database, and the transactions through the door.

SQLite: WAL, a busy timeout, foreign keys, and writers that take their lock at the start (a read
that turns into a write halfway would fail at once instead of waiting). PostgreSQL: every pooled
connection acts as a role that owns nothing; the tenant is set for one transaction only.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Literal

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from odoosync.db import wal
from odoosync.db.disk import DiskFull, is_disk_full
from odoosync.db.door import Tx
from odoosync.db.schema import APP_ROLE, SYSTEM_ROLE
from odoosync.db.sharing import QueryTooSlow, Share, Turns, stop_slow_statements, was_stopped
from odoosync.errors import OdoosyncError

BUSY_TIMEOUT_MS = 30_000
_IDLE_LIMIT_MS = 20_000
"""No transaction waits for anything but the database; one that does belongs to a frozen process,
whose row locks would hold up everybody else."""
_CACHE_KIB = 8_192
"""With SQLite's 2 MiB, the indexes of 100,000 rows make a page take a quarter longer."""
_MODE = "odoosync_mode"
_SET_TENANT = "SELECT set_config('odoosync.tenant', %s, true)"
_USED_AT = "odoosync_used_at"
_PING_AFTER_S = 1.0


class Database:
    """The engine with its two doors: `tenant` for everything, `system` for the named few.

    With a `share`, statements end after a while (QueryTooSlow), and each tenant may have a few
    transactions open at once (TooManyAtOnce): a transaction within another of its own may wait for
    itself, then.

    SQLite has one writer at a time. Those of a process wait for the `write_lock` in the order in
    which they come. SQLite itself lets all look again and again, and some never get their turn.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        url: str,
        share: Share | None = None,
        write_lock: asyncio.Lock | None = None,
    ) -> None:
        self.engine = engine
        self.url = url
        self._turns = Turns(share) if share else None
        self._write_lock = write_lock or asyncio.Lock()

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        return "postgresql" if self.engine.dialect.name == "postgresql" else "sqlite"

    @asynccontextmanager
    async def tenant(self, tenant_id: int, *, write: bool = True) -> AsyncIterator[Tx]:
        """Open a transaction of one tenant; committed at the end, rolled back by an exception."""
        async with self._turn(tenant_id), self._begin(write=write) as connection:
            if self.dialect == "postgresql":
                await connection.exec_driver_sql(_SET_TENANT, (str(tenant_id),))
            yield Tx(connection, tenant_id)

    @asynccontextmanager
    async def system(self, *, write: bool = True) -> AsyncIterator[Tx]:
        """Open a transaction across tenants: for the functions that say why they need it."""
        async with self._begin(write=write) as connection:
            if self.dialect == "postgresql":
                await connection.exec_driver_sql(f"SET LOCAL ROLE {SYSTEM_ROLE}")
            yield Tx(connection, None)

    def _turn(self, tenant_id: int) -> AbstractAsyncContextManager[None]:
        return self._turns.of(tenant_id) if self._turns else nullcontext()

    def _one_writer(self, *, write: bool) -> AbstractAsyncContextManager[None]:
        return self._write_lock if write and self.dialect == "sqlite" else nullcontext()

    @asynccontextmanager
    async def _begin(self, *, write: bool) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._one_writer(write=write), self.engine.connect() as connection:
                if self.dialect == "sqlite":
                    mode = "IMMEDIATE" if write else "DEFERRED"
                    await connection.execution_options(**{_MODE: mode})
                async with connection.begin():
                    yield connection
        except Exception as error:
            told = _told(error)
            if told is None:
                raise
        else:
            return
        raise told  # out here, for the driver's error holds values

    async def shorten_log(self) -> None:
        """Copy SQLite's log into the file if it is long, beside whoever writes; see `wal`."""
        if self._file and wal.is_long(self._file):
            await asyncio.to_thread(wal.copy, self._file)

    @property
    def _file(self) -> Path | None:
        name = self.engine.url.database
        return Path(name) if self.dialect == "sqlite" and name else None

    async def close(self) -> None:
        await self.engine.dispose()


def _told(error: Exception) -> OdoosyncError | None:
    """Return the error of ours that a driver's error stands for, if one does."""
    if is_disk_full(error):
        return DiskFull()
    return QueryTooSlow() if was_stopped(error) else None


def async_url(url: str) -> str:
    """Name the driver in a URL that a person wrote without one."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    driver = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite+aiosqlite"}
    name = driver.get(parsed.drivername, parsed.drivername)
    return parsed.set(drivername=name).render_as_string(hide_password=False)


def open_database(
    url: str,
    *,
    pool_size: int = 10,
    share: Share | None = None,
    write_lock: asyncio.Lock | None = None,
) -> Database:
    """Open `sqlite:///PATH` or `postgresql://…`; connects at first use, not now.

    A process that opens a database twice hands in one `write_lock` for both.
    """
    engine = create_async_engine(
        async_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_use_lifo=True,  # few connections, with warm caches, rather than all in turn
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", set_sqlite_pragmas)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        event.listen(engine.sync_engine, "invalidate", _roll_back_first)
    else:
        event.listen(engine.sync_engine, "connect", _take_app_role)
        event.listen(engine.sync_engine, "checkin", _note_use)
        event.listen(engine.sync_engine, "checkout", _ping_if_idle)
    if share:
        stop_slow_statements(engine.sync_engine, share.statement_s)
    return Database(engine, url, share, write_lock)


def set_sqlite_pragmas(connection: Any, _record: object) -> None:
    """Prepare a new SQLite connection: ours to begin, WAL, patient, foreign keys checked."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        f"wal_autocheckpoint = {wal.TOO_LONG}",
        f"journal_size_limit = {wal.LONG * wal.PAGE}",
        f"cache_size = -{_CACHE_KIB}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    _use_wal(cursor)
    cursor.close()


def _is_busy(error: BaseException) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


@retry(
    retry=retry_if_exception(_is_busy),
    stop=stop_after_delay(BUSY_TIMEOUT_MS / 1000),
    wait=wait_random(0.005, 0.05),
    reraise=True,
)
def _use_wal(cursor: Any) -> None:
    """Switch a new file over: where others do so at once, SQLite refuses without any patience."""
    cursor.execute("PRAGMA journal_mode = WAL")


def _roll_back_first(connection: Any, _record: object, _error: object) -> None:
    """Give the write lock back when a task is cancelled within its transaction.

    The connection is closed then, but the exception still holds cursors, and SQLite keeps a closed
    connection with its lock until the last of them is gone. Queued, for the connection's own thread
    may still be busy with the statement that nobody waits for any more.
    """
    driver = connection.driver_connection
    if driver._connection is not None:  # noqa: SLF001 - as SQLAlchemy's own adapter does
        driver._tx.put_nowait((None, driver._connection.rollback))  # noqa: SLF001


def _begin_sqlite(connection: Any) -> None:
    mode = connection.get_execution_options().get(_MODE, "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _note_use(_connection: Any, record: Any) -> None:
    record.info[_USED_AT] = time.monotonic()


def _ping_if_idle(connection: Any, record: Any, _pooled: object) -> None:
    """Replace connections whose server is gone, before somebody starts a transaction on them.

    SQLAlchemy's own ping asks each time. That was a tenth of a small transaction.
    """
    used_at = record.info.setdefault(_USED_AT, time.monotonic())
    if time.monotonic() - used_at < _PING_AFTER_S:
        return
    autocommit = connection.autocommit
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        connection.autocommit = autocommit
    except psycopg.Error as error:
        raise InvalidatePoolError from error


def _take_app_role(connection: Any, _record: object) -> None:
    """Act as the role from now on, in the schemas of the login: `"$user"` would follow the role."""
    autocommit = connection.autocommit
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(
        "SELECT set_config('search_path', coalesce(string_agg(quote_ident(name), ', '), ''), false)"
        " FROM unnest(current_schemas(false)) AS name"
    )
    cursor.execute(f"SET ROLE {APP_ROLE}")
    cursor.execute(f"SET idle_in_transaction_session_timeout = {_IDLE_LIMIT_MS}")
    cursor.close()
    connection.autocommit = autocommit
