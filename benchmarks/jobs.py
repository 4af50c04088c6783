"""Many machines: jobs a second by worker processes, and what a tenant's queue costs another one.

On one PostgreSQL. The jobs do nothing but take a time, so what is measured is the queue: claims,
leases, and what PostgreSQL does for them. Rounds are taken in turn; what counts are ratios.

- 1, 2 and 4 processes work off a run of each of many tenants; `milliseconds` are processor time a
  job, of all workers and of PostgreSQL, for the machine bounds both.
- A tenant with 1 job beside one with 500 queued, on one worker with four places: how long it takes
  from the wish to the end, with and without the 500.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, cast, delete, func, literal_column, select

from benchmarks.postgresql import Postgres, postgres
from benchmarks.proc import processor_seconds
from benchmarks.rounds import ratio
from odoosync.accounts.tables import tenants
from odoosync.clock import utc_now
from odoosync.connections.tables import connections
from odoosync.crypto import new_key_ring
from odoosync.db import Database, epoch_now, open_database
from odoosync.jobs.tables import OPEN, runs
from odoosync.jobs.workers import live_workers
from odoosync.migrations import upgrade

PROCESSES: Final = (1, 2, 4)
ROUNDS: Final = int(os.environ.get("ODOOSYNC_BENCH_ROUNDS", "3"))
TENANTS: Final = 400
QUEUED: Final = 500
WAITS: Final = 15
JOB_S: Final = 0.1
_NAMES: Final = (
    *("tenant_id", "connection_id", "server", "dataset", "mode", "trigger", "status"),
    *("run_after", "created_at", "number", "id"),
)
LONE: Final = TENANTS + 1
CROWD: Final = TENANTS + 2


@dataclass(frozen=True, slots=True)
class Bench:
    server: Postgres
    database: Database
    keys: str = field(default_factory=lambda: new_key_ring().to_text())

    @asynccontextmanager
    async def workers(self, count: int, job_s: float) -> AsyncIterator[list[int]]:
        """Run so many until the block ends; yields their process ids once all are alive."""
        with TemporaryDirectory() as folder:
            kept = {name: text for name, text in os.environ.items() if "ODOOSYNC_" not in name}
            given = {"ODOOSYNC_DATABASE_URL": self.server.url, "ODOOSYNC_DATA_DIR": folder}
            given |= {"ODOOSYNC_SECRET_KEYS": self.keys}
            program = (sys.executable, "-m", "benchmarks.idle_worker", str(job_s))
            started = [
                await asyncio.create_subprocess_exec(*program, env=kept | given)
                for _ in range(count)
            ]
            try:
                while len(await live_workers(self.database)) < count:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)  # the database tells nobody
                yield [process.pid for process in started]
            finally:
                for process in started:
                    process.terminate()
                    await process.wait()

    async def wish(self, whose: ColumnElement[bool]) -> None:
        """Ask for one more run of each of these tenants' connections."""
        more = select(
            connections.c.tenant_id,
            connections.c.id,
            connections.c.odoo_url,
            literal_column("'contacts'"),
            literal_column("'incremental'"),
            literal_column("'bench'"),
            literal_column("'queued'"),
            epoch_now(),
            func.now(),
            func.coalesce(_last_number(), 0) + 1,
            cast(func.gen_random_uuid(), Text),
        ).where(whose)
        async with self.database.system() as tx:
            await tx.execute(runs.insert().from_select(_NAMES, more))

    async def left(self, whose: ColumnElement[bool]) -> int:
        mine = select(connections.c.id).where(whose)
        open_ones = (
            select(func.count()).select_from(runs).where(OPEN, runs.c.connection_id.in_(mine))
        )
        async with self.database.system(write=False) as tx:
            return int(await tx.scalar(open_ones))

    async def worked_off(self, whose: ColumnElement[bool]) -> float:
        """Ask, and return the seconds until the last one has ended."""
        began = time.perf_counter()
        await self.wish(whose)
        while await self.left(whose):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return time.perf_counter() - began


def measure(rows: int = 0) -> dict[str, Any]:
    """Return jobs a second by processes and the lone tenant's waits. `rows` play no part in it."""
    del rows
    with postgres() as server:
        upgrade(server.url)
        return asyncio.run(_measured(server))


async def _measured(server: Postgres) -> dict[str, Any]:
    bench = Bench(server, open_database(server.url))
    try:
        await _populate(bench.database)
        speeds = await _speeds(bench)
        waits = await _waits(bench)
    finally:
        await bench.database.close()
    return {"server": server.name, "rows": TENANTS, "processes": speeds, "waits": waits}


async def _populate(database: Database) -> None:
    """Make a connection for each tenant, and as many as are queued for the one of the crowd."""
    owners = [*range(1, LONE + 1), *[CROWD] * QUEUED]
    now, places = utc_now(), list(enumerate(owners, 1))
    shared = {"odoo_database": "d", "odoo_username": "u", "secret_version": 1, "extra_fields": {}}
    shared |= {"preferences": {}, "is_active": False, "created_at": now, "updated_at": now}
    async with database.system() as tx:
        known = [{"id": tenant, "name": "t", "created_at": now} for tenant in range(1, CROWD + 1)]
        await tx.execute(tenants.insert(), known)
        made = [
            {"id": key, "tenant_id": owner, "name": "c", "odoo_url": f"http://odoo{key}"} | shared
            for key, owner in places
        ]
        await tx.execute(connections.insert(), made)


async def _speeds(bench: Bench) -> dict[str, Any]:
    """Work off one job of each tenant, by 1, 2 and 4 processes in turn."""
    seconds: dict[int, list[float]] = {count: [] for count in PROCESSES}
    spent: dict[int, list[tuple[float, float]]] = {count: [] for count in PROCESSES}
    for _ in range(ROUNDS):
        for count in PROCESSES:
            async with bench.workers(count, 0.0) as pids:
                before = _processor(pids), bench.server.processor_seconds()
                seconds[count].append(await bench.worked_off(connections.c.tenant_id <= TENANTS))
                after = _processor(pids), bench.server.processor_seconds()
            spent[count].append((after[0] - before[0], after[1] - before[1]))
    return {
        str(count): {
            "jobs_a_second": round(TENANTS / median(seconds[count]), 1),
            "to_one_process": ratio(seconds[1], seconds[count]),
            "worker_milliseconds": _a_job([worker for worker, _ in spent[count]]),
            "postgresql_milliseconds": _a_job([server for _, server in spent[count]]),
        }
        for count in PROCESSES
    }


def _processor(pids: list[int]) -> float:
    return sum(processor_seconds(pid) for pid in pids)


def _a_job(spent: list[float]) -> float:
    return round(1_000 * median(spent) / TENANTS, 2)


async def _waits(bench: Bench) -> dict[str, Any]:
    """Ask for the lone tenant's job again and again, beside the crowd's queue and without it."""
    lone, crowd = connections.c.tenant_id == LONE, connections.c.tenant_id == CROWD
    without, beside, least = [], [], QUEUED
    async with bench.workers(1, JOB_S):
        for _ in range(WAITS):
            without.append(await bench.worked_off(lone))
            await bench.wish(crowd)
            await asyncio.sleep(2 * JOB_S)
            beside.append(await bench.worked_off(lone))
            least = min(least, await bench.left(crowd))
            await _drop(bench, crowd)
    return {
        "without_s": round(median(without), 3),
        "beside_s": round(median(beside), 3),
        "ratio": ratio(beside, without),
        "longest_without_s": round(max(without), 3),
        "longest_beside_s": round(max(beside), 3),
        "queued_when_it_was_done": least,
    }


async def _drop(bench: Bench, whose: ColumnElement[bool]) -> None:
    """Take back what has not begun, and wait for what has."""
    mine = select(connections.c.id).where(whose)
    async with bench.database.system() as tx:
        free = runs.c.lease_until.is_(None)
        await tx.execute(delete(runs).where(OPEN, free, runs.c.connection_id.in_(mine)))
    while await bench.left(whose):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


def _last_number() -> Any:
    mine = runs.c.connection_id == connections.c.id
    return select(func.max(runs.c.number)).where(mine).correlate(connections).scalar_subquery()


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))
