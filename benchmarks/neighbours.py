"""A hanging Odoo beside nine healthy ones: what it costs the others' p99.

Two services, each with nine healthy connections of three tenants; one has, besides, connections of
five tenants to a server that accepts and never answers, each with three datasets that are asked for
again and again. They are driven in turn, so that both meet the same machine, and by the same draw
of moments, so that as many wishes meet each other. A sync's duration runs from the wish to the end:
what it waits for a place is part of it. What counts is the ratio.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from odoosync.accounts.tables import tenants
from odoosync.clock import utc_now
from odoosync.connections import store
from odoosync.crypto import KeyRing, KeySource, Secret
from odoosync.db import Database, open_database
from odoosync.migrations import upgrade
from odoosync.odoo.facts import ServerFacts
from odoosync.settings import Settings
from odoosync.sync import runs, standing
from odoosync.sync.runs import RunFilter
from odoosync.sync.service import SyncRequest, SyncService

HEALTHY: Final = 9
CONTACTS: Final = 200
ROUNDS: Final = 12
ROUND_S: Final = 20.0
EVERY_S: Final = 4.0
HANGING_EVERY_S: Final = 10.0
DATASETS: Final = ("contacts", "products")
HEALTHY_TENANTS: Final = (1, 2, 3)
HANGING_TENANTS: Final = (1, 2, 4, 5, 6)
_ODOOS = """
import sys, time
from odoosync.clock import utc_now
from odoo_sandbox import SandboxServer, seed_world
servers = []
for number in range(int(sys.argv[1])):
    world = seed_world(18, contacts=int(sys.argv[2]), products=5, seed=number, clock=utc_now)
    servers.append(SandboxServer(world).__enter__())
    print(servers[-1].url, flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A connection."""

    tenant_id: int
    connection_id: int


@dataclass
class Bench:
    """A running service, with what it is asked for and what came of it."""

    database: Database
    service: SyncService
    healthy: list[Place] = field(default_factory=list)
    hanging: list[Place] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)

    async def drive(self, seconds: float, chance: random.Random) -> None:
        """Ask every healthy connection again and again; then take down how long it took."""
        began = utc_now()
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        # The healthy ones draw first, so that a service without others draws the same for them.
        places: list[tuple[Place, Sequence[str], float]]
        places = [(place, DATASETS[:1], EVERY_S) for place in self.healthy]
        places += [(place, DATASETS, HANGING_EVERY_S) for place in self.hanging]
        await asyncio.gather(
            *(self._ask_again(*asked, until, random.Random(chance.random())) for asked in places)
        )
        await self._settled()
        self.durations += [one async for one in self._ended_since(began)]

    async def _ask_again(
        self,
        place: Place,
        datasets: Sequence[str],
        every_s: float,
        until: float,
        chance: random.Random,
    ) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(chance.random() * every_s)
        while loop.time() < until:
            for dataset in datasets:
                await self.ask(place, dataset)
            await asyncio.sleep(chance.uniform(0.5, 1.5) * every_s)

    async def ask(self, place: Place, dataset: str) -> list[str]:
        wish = SyncRequest(
            place.tenant_id, None, dataset, connection_id=place.connection_id, trigger="schedule"
        )
        return await self.service.ask(wish)

    async def _settled(self) -> None:
        """Wait until the healthy ones have come to rest."""
        for place in self.healthy:
            while await self._busy(place):  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.1)

    async def _busy(self, place: Place) -> bool:
        async with self.database.tenant(place.tenant_id, write=False) as tx:
            wanted = RunFilter(connection_id=place.connection_id)
            return any(
                run.status not in runs.ENDED for run in await runs.newest(tx, wanted, limit=2)
            )

    async def _ended_since(self, began: datetime) -> AsyncIterator[float]:
        for place in self.healthy:
            async with self.database.tenant(place.tenant_id, write=False) as tx:
                wanted = RunFilter(connection_id=place.connection_id)
                for run in await runs.newest(tx, wanted, limit=1_000):
                    if run.created_at >= began:
                        assert run.status == "succeeded", run.error
                        yield (run.finished_at - run.created_at).total_seconds()

    async def told(self) -> dict[str, int]:
        """Count what became of the hanging ones."""
        failed = waiting = left_alone = 0
        for place in self.hanging:
            async with self.database.tenant(place.tenant_id, write=False) as tx:
                found = await runs.newest(tx, RunFilter(place.connection_id), limit=1_000)
                state = await standing.of(tx, await store.get(tx, place.connection_id))
            failed += sum(run.status == "failed" for run in found)
            waiting += sum(run.status not in runs.ENDED for run in found)
            left_alone += state.is_open
        return {"runs_failed": failed, "runs_waiting": waiting, "breakers_open": left_alone}


@asynccontextmanager
async def hanging_server() -> AsyncIterator[str]:
    """Accept, read, and never answer."""

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(never, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@asynccontextmanager
async def healthy_servers() -> AsyncIterator[list[str]]:
    """Run the sandboxes in a process of their own."""
    program = [sys.executable, "-c", _ODOOS, str(HEALTHY), str(CONTACTS)]
    pipe = subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    try:
        yield [(await process.stdout.readline()).decode().strip() for _ in range(HEALTHY)]
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def service(
    database_url: str | None, healthy: list[str], hanging: str | None
) -> AsyncIterator[Bench]:
    """Run a worker on a database of its own, with its connections."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), database_url=database_url)
        url = settings.effective_database_url
        upgrade(url)
        database, keys = open_database(url), KeySource(None, settings.data_dir).load_or_make()
        bench = Bench(database, SyncService(database, clock=utc_now, wait_s=60))
        await _connect_all(bench, keys, healthy, hanging)
        environment = {
            "ODOOSYNC_DATA_DIR": folder,
            "ODOOSYNC_DATABASE_URL": database_url or "",
            "ODOOSYNC_ALLOWED_ODOO_HOSTS": "127.0.0.0/8:*",
            "ODOOSYNC_LOG_LEVEL": "error",
        }
        program = [sys.executable, "-m", "odoosync.worker"]
        worker = await asyncio.create_subprocess_exec(
            *program, stdin=subprocess.PIPE, env=_environment(environment)
        )
        try:
            yield bench
        finally:
            worker.terminate()
            await worker.wait()
            await database.close()


def _environment(given: dict[str, str]) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("ODOOSYNC_")}
    return kept | {name: text for name, text in given.items() if text}


async def _connect_all(
    bench: Bench, keys: KeyRing, healthy: list[str], hanging: str | None
) -> None:
    for tenant_id in sorted({*HEALTHY_TENANTS, *HANGING_TENANTS}):
        async with bench.database.system() as tx:
            values = {"id": tenant_id, "name": str(tenant_id), "created_at": utc_now()}
            await tx.execute(tenants.insert().values(**values))
    for number, url in enumerate(healthy):
        tenant_id = HEALTHY_TENANTS[number % len(HEALTHY_TENANTS)]
        bench.healthy.append(await _connect(bench.database, keys, tenant_id, url))
    for tenant_id in HANGING_TENANTS if hanging else ():
        bench.hanging.append(await _connect(bench.database, keys, tenant_id, hanging or ""))


async def _connect(database: Database, keys: KeyRing, tenant_id: int, url: str) -> Place:
    facts = ServerFacts("18.0", 18, "jsonrpc", 2, "en_US", None, utc_now())
    tested = store.Tested(
        odoo_url=url,
        odoo_database="odoo_db",
        odoo_username="admin",
        secret=Secret("admin"),
        server=facts.to_json(),
        odoo_uid=2,
        contact_count=0,
        product_count=0,
    )
    now = utc_now()
    async with database.tenant(tenant_id) as tx:
        made = await store.add(tx, tested, now)
        await store.put_credentials(tx, keys, made, tested, now)
        await store.make_active(tx, made, now)
    return Place(tenant_id, made)


def percentile(values: list[float], share: float) -> float:
    return statistics.quantiles(values, n=1_000, method="inclusive")[int(share * 1_000) - 1]


async def _measured(
    rounds: int, seconds: float, urls: tuple[str | None, str | None]
) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        odoos = await stack.enter_async_context(healthy_servers())
        hangs = await stack.enter_async_context(hanging_server())
        without = await stack.enter_async_context(service(urls[0], odoos, None))
        beside = await stack.enter_async_context(service(urls[1], odoos, hangs))
        for bench in (without, beside):  # the first syncs are another benchmark's
            await bench.drive(2 * EVERY_S, random.Random(rounds))
            bench.durations.clear()
        for number in range(rounds):
            for bench in (without, beside):
                await bench.drive(seconds, random.Random(number))
        told = await beside.told()
    return _report(without.durations, beside.durations, told)


def _report(without: list[float], beside: list[float], told: dict[str, int]) -> dict[str, Any]:
    found = {
        name: {
            "syncs": len(values),
            "p50_s": round(percentile(values, 0.5), 4),
            "p99_s": round(percentile(values, 0.99), 4),
            "longest_s": round(max(values), 4),
        }
        for name, values in (("without", without), ("beside_a_hanging_one", beside))
    }
    ratio = percentile(beside, 0.99) / percentile(without, 0.99)
    return {**found, "hanging": told, "p99_ratio": round(ratio, 3)}


def measure(_rows: int) -> dict[str, Any]:
    """Return p50 and p99 without and beside a hanging Odoo, and the ratio of the p99s."""
    told = asyncio.run(_measured(ROUNDS, ROUND_S, (None, None)))
    rows = HEALTHY * CONTACTS
    return {"server": "sandbox", "rows": rows, **told, "targets": {"p99_ratio": 1.1}}
