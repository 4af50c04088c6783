"""As on many machines: APIs without workers, and workers of their own, on one PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from fleet import Crowd, Fleet, fleet
from many_odoos import many_odoos
from odoo_sandbox import SandboxServer
from odoosync.crypto import KeySource
from odoosync.db import open_database
from odoosync.jobs.workers import live_workers
from odoosync.store.tables import records
from raw_odoo import RawOdoo
from sandbox_logins import admin_of
from service import PROFILE, running_service
from waiting import PATIENCE_S, until
from watched_odoo import Call, WatchedOdoo

WORKERS, VICTIMS = 4, 2
SEED_MUTATION = "mutation { sync_contacts_from_odoo { success message } }"


@pytest.fixture
async def crowd(postgres_url: str, tmp_path: Path) -> AsyncIterator[Crowd]:
    database = open_database(postgres_url)
    yield Crowd(database, KeySource(None, tmp_path / "data").load_or_make())
    await database.close()


@pytest.fixture
def workers(postgres_url: str, tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path, postgres_url) as hired:
        yield hired


async def test_the_mutation_answers_when_another_process_has_done_the_sync(
    crowd: Crowd, postgres_url: str, tmp_path: Path, workers: Fleet, odoo: SandboxServer
) -> None:
    options = {"ODOOSYNC_REGISTRATION": "open", "ODOOSYNC_DATABASE_URL": postgres_url}
    with (
        running_service(tmp_path, postgres_url, "--no-worker", **options) as first,
        running_service(tmp_path, postgres_url, "--no-worker", **options) as second,
        first.registered() as caller,
    ):
        assert first.worker() is second.worker() is None
        caller.post(PROFILE, admin_of(odoo))
        workers.hire()
        await until(lambda: _at_work(crowd))
        told = caller.graphql(SEED_MUTATION)["sync_contacts_from_odoo"]
        token = caller.http.headers["Authorization"]
        with second.as_one_who_has(token) as elsewhere:
            (run,) = elsewhere.get("/api/v1/runs")["items"]
    total = len(odoo.world.table("res.partner").rows)
    assert told == {"success": True, "message": f"Successfully synced {total} contacts from Odoo"}
    assert (run["status"], run["fetched"]) == ("succeeded", total)


async def test_a_worker_that_is_told_to_stop_hands_its_run_back(
    crowd: Crowd, workers: Fleet, tmp_path: Path
) -> None:
    with WatchedOdoo(tmp_path, contacts=60) as odoo:
        odoo.hold()
        await crowd.join(1, odoo.url, page_size=20)
        await crowd.ask(1)
        workers.hire()
        first = odoo.hold_at(is_later_page, since=0)
        odoo.let_pass(first)
        page = odoo.hold_at(is_later_page, since=first.asked)
        workers.processes[0].terminate()
        odoo.let_pass(page)
        assert workers.processes[0].wait(PATIENCE_S) == 0
        (left,) = await crowd.runs()
        odoo.let_all_pass()
        workers.hire()
        await crowd.settled()
        (run,) = await crowd.runs()
        total = _partners(odoo.url)
    assert (left.worker_id, left.lease_until, left.failures) == (None, None, 0)
    assert left.checkpoint is not None
    assert (run.status, run.fetched, run.created) == ("succeeded", total, total)


@pytest.mark.parametrize(
    "apart",
    [False, pytest.param(True, marks=pytest.mark.soak)],  # leases have to run out there
)
async def test_killed_workers_lose_and_double_nothing_of_many_connections(
    crowd: Crowd,
    postgres_url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    *,
    apart: bool,
) -> None:
    soak = request.config.getoption("--soak")
    odoos, tenants = (20, 200) if soak else (6, 24)
    keys = {"ODOOSYNC_SECRET_KEYS": (tmp_path / "data" / "secret_keys").read_text()}
    with (
        many_odoos(odoos, contacts=40, seconds=0.3) as urls,
        fleet(tmp_path, postgres_url, apart=apart, **keys) as workers,
    ):
        totals = {}
        for tenant, url in zip(range(1, tenants + 1), cycle(urls), strict=False):
            totals[await crowd.join(tenant, url, page_size=20)] = _partners(url)
            await crowd.ask(tenant)
        workers.hire(WORKERS)
        await until(lambda: _enough_busy(crowd))
        victims = list(await crowd.held())[:VICTIMS]
        for process in workers.processes:
            if process.pid in victims:
                process.kill()
        recovery = await crowd.recovery(victims)
        await crowd.settled()
    print(f"\n{tenants} connections, longest recovery {recovery:.2f} s")  # noqa: T201 - for `-s`
    ended = {run.connection_id: _outcome(run) for run in await crowd.runs()}
    assert ended == {key: ("succeeded", total, total) for key, total in totals.items()}
    assert len(await crowd.runs()) == tenants
    assert await _stored(crowd) == totals
    assert await crowd.held() == {}


def _outcome(run: Any) -> tuple[str, int, int]:
    return run.status, run.fetched, run.created + run.unchanged


def _partners(url: str) -> int:
    odoo = RawOdoo(url, "odoo_db", "admin", "admin")
    with odoo.http:
        found = odoo.call("res.partner", "search_count", [], context={"active_test": False})
    assert isinstance(found, int)
    return found


def is_later_page(call: Call) -> bool:
    return call.is_window_page and call.after is not None


async def _at_work(crowd: Crowd) -> bool:
    return len(await live_workers(crowd.database)) > 0


async def _enough_busy(crowd: Crowd) -> bool:
    return len(await crowd.held()) >= VICTIMS


async def _stored(crowd: Crowd) -> dict[int, int]:
    counts = select(records.c.connection_id, func.count()).group_by(records.c.connection_id)
    async with crowd.database.system(write=False) as tx:
        return dict([tuple(row) for row in await tx.all(counts)])
