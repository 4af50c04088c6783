"""The dispatcher behind a seam: DBOS Transact, the same code on SQLite and on PostgreSQL.

It records each attempt under an id of its own and starts it at once, on the event loop of whoever
dispatches: all attempts of a process share that loop and what is opened in it. What should run and
who may write is the lanes' business; so nothing is ever recovered from the engine's tables, and an
attempt that finds no work here (its process is another one) does nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID, WorkflowStatus, error
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from odoosync.db.engine import BUSY_TIMEOUT_MS
from odoosync.jobs.errors import EngineNotStarted
from odoosync.jobs.task import Done, Lease, Outcome, RetryIn, Task

__all__ = ["DbosDispatcher", "Dispatcher", "Done", "Lease", "Outcome", "RetryIn", "Task"]

Work = Callable[[], Awaitable[None]]
_NAME: Final = "odoosync"
_VERSION: Final = "1"
"""Fixed: workers of two releases work side by side, for the lanes say what is whose."""
_THREADS: Final = 16
_POOL: Final = 4
BATCH: Final = 500
_REST_S: Final = 0.05
_ENDED: Final = ["SUCCESS", "ERROR", "CANCELLED"]
_BEGUN: Final = ["PENDING", "ENQUEUED"]


class Dispatcher(Protocol):
    """What a worker needs of an engine."""

    async def start(self) -> None: ...

    async def dispatch(self, attempt_id: str, work: Work) -> None:
        """Record an attempt and begin its work on the running loop; returns once it has begun."""
        ...

    async def sweep(self, now: datetime, alive: Collection[str]) -> int:
        """Forget old attempts, and those of workers that are not alive; returns how many."""
        ...

    async def close(self) -> None: ...


class DbosDispatcher:
    """One per process, as DBOS is. `worker_id` tells this process from all others, ever.

    `database_url` is the service's own. On SQLite the engine gets `engine_file`, a file apart: its
    small transactions would wait for every page there.
    """

    def __init__(self, database_url: str, engine_file: Path, worker_id: str) -> None:
        self._url = make_url(database_url.replace("postgres://", "postgresql://", 1))
        self._file = engine_file
        self._worker_id = worker_id
        self._work: dict[str, Work] = {}
        self._engine: Engine | None = None

    async def start(self) -> None:
        """Create or migrate the engine's tables, and start it. Raises EngineNotStarted."""
        try:
            await asyncio.to_thread(self._launch)
        except (error.DBOSException, SQLAlchemyError, OSError) as cause:
            raise EngineNotStarted from cause

    def _launch(self) -> None:
        _quiet_logging()
        DBOS(config=self._config())
        self._attempt = DBOS.workflow(name="attempt")(self._make_workflow())
        DBOS.launch()

    def _config(self) -> DBOSConfig:
        config: DBOSConfig = {
            "name": _NAME,
            "application_version": _VERSION,
            "executor_id": self._worker_id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "use_listen_notify": False,
            "max_executor_threads": _THREADS,
            "sys_db_pool_size": _POOL,
            "dbos_system_schema": "dbos",
        }
        if self._url.get_backend_name() == "sqlite":
            self._engine = _sqlite_engine(self._file)
            url = _sqlite_url(self._file).render_as_string()
            return config | {"system_database_url": url, "system_database_engine": self._engine}
        url = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        return config | {"system_database_url": url}

    def _make_workflow(self) -> Callable[[str], Any]:
        async def attempt(attempt_id: str) -> None:
            work = self._work.pop(attempt_id, None)
            if work is not None:
                await work()

        return attempt

    async def dispatch(self, attempt_id: str, work: Work) -> None:
        self._work[attempt_id] = work
        try:
            with SetWorkflowID(attempt_id):
                await DBOS.start_workflow_async(self._attempt, attempt_id)
        except BaseException:
            self._work.pop(attempt_id, None)
            raise

    async def sweep(
        self, now: datetime, alive: Collection[str], *, keep: timedelta = timedelta(hours=1)
    ) -> int:
        """Go on until none is left: a busy worker ends more than a batch between two sweeps."""
        before = now - keep
        gone = await _forget(_ENDED, before, lambda _: True)
        return gone + await _forget(_BEGUN, before, lambda found: found.executor_id not in alive)

    async def close(self) -> None:
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
        if self._engine is not None:
            self._engine.dispose()


async def _forget(
    status: list[str], before: datetime, is_old: Callable[[WorkflowStatus], bool]
) -> int:
    """Delete what is old, a batch at a time; returns how many."""
    gone = kept = 0
    while True:
        found = await _list(status, before=before, offset=kept)
        old = [one.workflow_id for one in found if is_old(one)]
        if old:
            await DBOS.delete_workflows_async(old)
        gone += len(old)
        kept += len(found) - len(old)
        if len(found) < BATCH:
            return gone
        await asyncio.sleep(_REST_S)


async def _list(status: list[str], *, before: datetime, offset: int) -> list[WorkflowStatus]:
    return await DBOS.list_workflows_async(
        status=status,
        end_time=before.isoformat(),
        limit=BATCH,
        offset=offset,
        load_input=False,
        load_output=False,
    )


def _sqlite_url(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))


def _sqlite_engine(file: Path) -> Engine:
    """Open the engine's file the way DBOS wants it, and in WAL mode."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(_sqlite_url(file), pool_size=_POOL, max_overflow=_THREADS)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _quiet_logging() -> None:
    """Send DBOS's lines our way: it adds a console of its own unless there is a handler."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.addFilter(_first_line)
    logger.propagate = True


def _first_line(record: logging.LogRecord) -> bool:
    """Keep the reason, drop the statement that DBOS logs below it."""
    record.msg, record.args = record.getMessage().partition("\n")[0], ()
    return True
