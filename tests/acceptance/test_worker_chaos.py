"""Real workers that are killed, frozen, stopped and started again while their bodies raise.

Whatever happens: no page is stored twice, none is missing, and no run stays behind.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

import chaotic_worker
from chaotic_worker import LEASE_S, PAGES, create_pages, pages
from odoosync.db import Database
from odoosync.jobs import run_queue
from odoosync.jobs.tables import OPEN, runs
from odoosync.jobs.workers import live_workers
from queue_world import ask, populate
from waiting import PATIENCE_S, until

WORKERS = 3
TENANTS = (1, 1, 1, 2, 2, 3, 3, 3, 3, 1)
SHORT_S, LONG_S = 6.0, 40.0
_CANCELS = 0.03


@dataclass
class Crew:
    """The worker processes, and what is done to them."""

    environment: dict[str, str]
    chance: random.Random
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    everybody: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def hire(self) -> None:
        program = [sys.executable, chaotic_worker.__file__, str(self.chance.randrange(1 << 30))]
        self.everybody.append(subprocess.Popen(program, env=self.environment))
        self.processes.append(self.everybody[-1])

    async def suffer(self, seconds: float) -> None:
        """Do something to one of them every second, several at a time."""
        deadline, blows = time.monotonic() + seconds, []
        while time.monotonic() < deadline:
            await asyncio.sleep(self.chance.uniform(0.5, 1.3))
            victim = self.processes.pop(self.chance.randrange(len(self.processes)))
            blow = self.chance.choice([self._kill, self._freeze, self._stop, self._cut_off])
            blows.append(asyncio.create_task(blow(victim)))
            while len(self.processes) < WORKERS - 1:
                self.hire()
        await asyncio.gather(*blows)

    async def _kill(self, victim: subprocess.Popen[bytes]) -> None:
        victim.kill()
        await asyncio.to_thread(victim.wait, PATIENCE_S)

    async def _stop(self, victim: subprocess.Popen[bytes]) -> None:
        victim.terminate()
        await asyncio.to_thread(victim.wait, PATIENCE_S)

    async def _cut_off(self, victim: subprocess.Popen[bytes]) -> None:
        """Break every connection to the server; there is none on SQLite."""
        self.processes.append(victim)
        if self.environment["ODOOSYNC_DATABASE_URL"].startswith("postgresql"):
            await asyncio.to_thread(_break_connections, self.environment["ODOOSYNC_DATABASE_URL"])

    async def _freeze(self, victim: subprocess.Popen[bytes]) -> None:
        victim.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self.chance.uniform(0.2, 2 * LEASE_S))
        victim.send_signal(signal.SIGCONT)
        self.processes.append(victim)

    def dismiss(self) -> None:
        for process in self.everybody:
            process.kill()
            process.wait()


def _break_connections(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def crew(database_url: str, tmp_path: Path, seed: int) -> Iterator[Crew]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ODOOSYNC_")}
    settings = {"ODOOSYNC_DATABASE_URL": database_url, "ODOOSYNC_DATA_DIR": str(tmp_path)}
    hired = Crew(kept | settings, random.Random(seed))
    yield hired
    hired.dismiss()


async def _wish(database: Database, connections: list[int], chance: random.Random) -> None:
    """Ask for runs of all datasets, and cancel a few, until this is cancelled."""
    while True:
        await asyncio.sleep(chance.uniform(0.0, 0.1))
        number = chance.randrange(len(connections))
        with suppress(DBAPIError):
            await _wish_one(database, connections[number], TENANTS[number], chance)


async def _wish_one(
    database: Database, connection: int, tenant: int, chance: random.Random
) -> None:
    wish = await ask(database, connection, tenant)
    if chance.random() < _CANCELS:
        await asyncio.sleep(chance.uniform(0.0, 0.3))
        async with database.tenant(tenant) as tx:
            if await run_queue.request_cancel(tx, wish.run_id):
                return


async def _all_at_work(database: Database) -> bool:
    return len(await live_workers(database)) == WORKERS


async def _at_rest(database: Database) -> bool:
    async with database.system(write=False) as tx:
        return await tx.first(select(runs.c.id).where(OPEN).limit(1)) is None


async def _wrong(database: Database) -> tuple[int, list[str]]:
    """Count the runs that ended, and describe every one whose pages are not as they must."""
    stored: dict[str, list[int]] = defaultdict(list)
    ends: dict[str, list[str]] = defaultdict(list)
    async with database.system(write=False) as tx:
        rows = await tx.all(select(pages).order_by(pages.c.id))
    for row in rows:
        key = row.run_id
        if row.ended is None:
            stored[key].append(row.page)
        else:
            ends[key].append(row.ended)
    problems = []
    for key in stored.keys() | ends.keys():
        wanted = list(range(PAGES))
        complete = stored[key] == wanted and ends[key] == ["done"]
        cancelled = stored[key] == wanted[: len(stored[key])] and ends[key] == ["cancelled"]
        if not complete and not cancelled:
            problems.append(f"{key}: {stored[key]} {ends[key]}")
    return len(ends), problems


@pytest.mark.parametrize(
    "seed", [1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 21))]
)
async def test_no_page_is_stored_twice_none_is_missing_and_no_run_is_stuck(
    database: Database, database_url: str, crew: Crew, request: pytest.FixtureRequest
) -> None:
    create_pages(database_url)
    connections = await populate(database, TENANTS)
    for number, connection in enumerate(connections):
        await ask(database, connection, TENANTS[number])
    for _ in range(WORKERS):
        crew.hire()
    await until(lambda: _all_at_work(database))
    soak = request.config.getoption("--soak", default=False)
    wishes = asyncio.create_task(_wish(database, connections, crew.chance))
    await crew.suffer(LONG_S if soak else SHORT_S)
    wishes.cancel()
    await asyncio.gather(wishes, return_exceptions=True)
    await until(lambda: _at_rest(database))
    ended, problems = await _wrong(database)
    assert problems == []
    assert ended > len(connections)
