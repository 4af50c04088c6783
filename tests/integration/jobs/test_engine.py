"""The real engine, on the service's own two databases."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from dbos import DBOS

from odoosync.clock import utc_now
from odoosync.jobs import engine
from odoosync.jobs.engine import DbosDispatcher
from odoosync.jobs.errors import EngineNotStarted
from waiting import until


@pytest.fixture
async def dispatcher(database_url: str, tmp_path: Path) -> AsyncIterator[DbosDispatcher]:
    opened = DbosDispatcher(database_url, tmp_path / "jobs.sqlite3", "tested")
    await opened.start()
    yield opened
    await opened.close()


async def _ended(count: int) -> None:
    async def enough() -> bool:
        return len(await DBOS.list_workflows_async(status="SUCCESS")) == count

    await until(enough)


async def test_all_attempts_run_on_the_loop_that_dispatches(dispatcher: DbosDispatcher) -> None:
    loops: list[asyncio.AbstractEventLoop] = []
    begun = asyncio.Semaphore(0)

    async def work() -> None:
        loops.append(asyncio.get_running_loop())
        begun.release()

    for number in range(3):
        await dispatcher.dispatch(f"1-1-{number}", work)
        await begun.acquire()
    assert loops == [asyncio.get_running_loop()] * 3
    await _ended(3)


async def test_nothing_is_stored_as_a_pickle(sqlite_url: str, tmp_path: Path) -> None:
    async def work() -> None: ...

    dispatcher = DbosDispatcher(sqlite_url, tmp_path / "jobs.sqlite3", "tested")
    await dispatcher.start()
    await dispatcher.dispatch("7-1-1", work)
    await _ended(1)
    await dispatcher.close()
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite3")) as connection:
        rows = connection.execute("SELECT serialization FROM workflow_status").fetchall()
        inputs = connection.execute("SELECT inputs FROM workflow_input").fetchall()
    assert rows == [("portable_json",)]
    assert inputs == [('{"namedArgs":{},"positionalArgs":["7-1-1"]}',)]


async def test_old_attempts_are_forgotten(dispatcher: DbosDispatcher) -> None:
    async def work() -> None: ...

    for number in range(3):
        await dispatcher.dispatch(f"1-1-{number}", work)
    await _ended(3)
    later = utc_now() + timedelta(hours=2)
    assert await dispatcher.sweep(utc_now(), ["tested"]) == 0
    assert await dispatcher.sweep(later, ["tested"]) == 3
    assert await DBOS.list_workflows_async() == []


async def test_however_many_are_old_one_sweep_forgets_them(
    dispatcher: DbosDispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None: ...

    monkeypatch.setattr(engine, "BATCH", 2)
    for number in range(5):
        await dispatcher.dispatch(f"1-1-{number}", work)
    await _ended(5)
    assert await dispatcher.sweep(utc_now() + timedelta(hours=2), ["tested"]) == 5
    assert await DBOS.list_workflows_async() == []


async def test_attempts_that_live_on_hide_no_dead_ones_behind_them(
    dispatcher: DbosDispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()

    async def work() -> None:
        await release.wait()

    monkeypatch.setattr(engine, "BATCH", 2)
    for number in range(5):
        await dispatcher.dispatch(f"1-1-{number}", work)
    (last,) = await DBOS.list_workflows_async(sort_desc=True, limit=1)
    later = utc_now() + timedelta(hours=1)
    dead = await engine._forget(["PENDING"], later, lambda one: one.workflow_id == last.workflow_id)
    assert dead == 1
    release.set()


async def test_an_attempt_of_a_dead_worker_is_forgotten_and_a_live_ones_is_not(
    dispatcher: DbosDispatcher,
) -> None:
    release = asyncio.Event()

    async def work() -> None:
        await release.wait()

    await dispatcher.dispatch("1-1-1", work)
    later = utc_now() + timedelta(hours=2)
    assert await dispatcher.sweep(later, ["tested"]) == 0
    assert await dispatcher.sweep(later, ["another"]) == 1
    release.set()


async def test_the_engine_is_quiet(
    database_url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dispatcher = DbosDispatcher(database_url, tmp_path / "jobs.sqlite3", "tested")
    await dispatcher.start()
    await dispatcher.close()
    written = capfd.readouterr()
    assert (written.out, written.err) == ("", "")
    assert logging.getLogger("dbos").propagate


async def test_the_engine_keeps_a_file_apart_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    dispatcher = DbosDispatcher(sqlite_url, tmp_path / "jobs.sqlite3", "tested")
    await dispatcher.start()
    try:
        assert dispatcher._engine is not None
        with dispatcher._engine.connect() as connection:
            mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
            patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    finally:
        await dispatcher.close()
    assert (mode, patience) == ("wal", 30_000)


async def test_an_engine_that_cannot_start_says_what_it_needs(
    sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / "jobs.sqlite3").mkdir()
    dispatcher = DbosDispatcher(sqlite_url, tmp_path / "jobs.sqlite3", "tested")
    with pytest.raises(EngineNotStarted, match="data folder must be writable"):
        await dispatcher.start()
    await dispatcher.close()


async def test_the_services_role_cannot_read_the_engines_tables(
    postgres_url: str, tmp_path: Path
) -> None:
    dispatcher = DbosDispatcher(postgres_url, tmp_path / "jobs.sqlite3", "tested")
    await dispatcher.start()
    await dispatcher.close()
    with psycopg.connect(postgres_url) as connection:
        allowed = connection.execute(
            "SELECT has_schema_privilege('odoosync_app', 'dbos', 'USAGE')"
        ).fetchone()
    assert allowed == (False,)
