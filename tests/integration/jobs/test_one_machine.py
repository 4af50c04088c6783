"""Several machines at one SQLite file are refused; at one PostgreSQL they are the plan."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from odoosync.db import Database, open_database
from odoosync.db.home import NotOnThisMachine
from odoosync.jobs import workers
from odoosync.jobs.one_machine import check_alone


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_url)
    yield opened
    await opened.close()


async def a_worker_there(database: Database) -> Callable[[float], Awaitable[None]]:
    """Let a worker of another machine be alive: it beats while somebody sleeps."""

    async def beat(_seconds: float = 0.0) -> None:
        await asyncio.sleep(0.01)  # so that the database's clock goes on
        await workers.beat(database, "there", "another machine")

    await beat()
    return beat


async def test_a_live_worker_of_another_machine_keeps_this_one_off_its_file(
    sqlite_database: Database,
) -> None:
    beat = await a_worker_there(sqlite_database)
    with pytest.raises(NotOnThisMachine, match="ODOOSYNC_DATABASE_URL"):
        await check_alone(sqlite_database, "this machine", sleep=beat)


async def test_any_number_of_machines_share_a_postgresql(postgres_url: str) -> None:
    database = open_database(postgres_url)
    beat = await a_worker_there(database)
    await check_alone(database, "this machine", sleep=beat)
    await database.close()


async def test_workers_of_one_machine_share_its_file(sqlite_database: Database) -> None:
    beat = await a_worker_there(sqlite_database)
    await check_alone(sqlite_database, "another machine", sleep=beat)


async def test_what_a_machine_left_when_it_was_switched_off_is_forgotten(
    sqlite_database: Database,
) -> None:
    await workers.beat(sqlite_database, "there", "another machine")
    await check_alone(sqlite_database, "this machine", watch_s=0.01)
    assert await workers.live_workers(sqlite_database) == []


@pytest.mark.parametrize("machine", [None, "this machine"])
async def test_a_worker_of_here_or_of_an_older_version_costs_no_wait(
    database: Database, machine: str | None
) -> None:
    await workers.beat(database, "here", machine)

    async def never(_seconds: float) -> None:
        raise AssertionError("it waited")

    await check_alone(database, "this machine", sleep=never)
