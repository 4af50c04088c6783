"""Locks are taken in one order, so that nobody on PostgreSQL waits for who waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Table, text
from sqlalchemy.exc import OperationalError

from integration.sync.copying import Copy, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from odoosync.connections.tables import connections
from odoosync.db import open_database
from odoosync.jobs import run_queue
from odoosync.jobs.claiming import release_worker
from odoosync.jobs.tables import runs
from odoosync.sync.schedule_tables import schedules
from odoosync.sync.schedules import store
from odoosync.sync.schedules.rhythm import Rhythm
from odoosync.sync.schedules.ticker import tick
from odoosync.sync.service import SyncRequest, SyncService
from waiting import until

FIRST, LAST = "product_variants", "products"


@pytest.fixture
async def asked(
    postgres_url: str, odoo: DirectOdoo, clock: HandClock
) -> AsyncIterator[tuple[Copy, SyncService]]:
    """A copy whose products and their variants are asked for."""
    database = open_database(postgres_url)
    copy = await open_copy(database, odoo, clock)
    service = SyncService(database, clock=clock, wait_s=1)
    await service.ask(SyncRequest(copy.tenant_id, None, LAST))
    yield copy, service
    await database.close()


def _of(table: Table, copy: Copy, dataset: str) -> Any:
    return (table.c.connection_id == copy.connection_id, table.c.dataset == dataset)


async def _is_free(copy: Copy, table: Table, dataset: str) -> bool:
    row = table.select().where(table.c.tenant_id == copy.tenant_id, *_of(table, copy, dataset))
    try:
        async with copy.database.tenant(copy.tenant_id) as tx:
            await tx.all(row.with_for_update(nowait=True))
    except OperationalError:
        return False
    return True


@asynccontextmanager
async def _held_up(
    copy: Copy, table: Table, dataset: str, act: Coroutine[Any, Any, Any]
) -> AsyncIterator[None]:
    """Have `act` wait, within the block, for who holds a dataset's row."""
    async with copy.database.tenant(copy.tenant_id) as tx:
        await tx.all(tx.select(table).where(*_of(table, copy, dataset)).with_for_update())
        waiting = asyncio.create_task(act)
        await until(lambda: _somebody_waits(copy))
        yield
    await waiting


async def _somebody_waits(copy: Copy) -> bool:
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
    async with copy.database.engine.connect() as connection:
        return bool((await connection.execute(text(waits))).scalar())


async def test_asking_takes_runs_in_their_order(asked: tuple[Copy, SyncService]) -> None:
    copy, service = asked
    again = service.ask(SyncRequest(copy.tenant_id, None, LAST, full=True))
    async with _held_up(copy, runs, FIRST, again):
        assert await _is_free(copy, runs, LAST)


async def _stop_all(copy: Copy, service: SyncService) -> None:
    async with copy.database.tenant(copy.tenant_id) as tx:
        await service.stop_all(tx, copy.connection_id)


async def test_stopping_all_takes_runs_in_their_order(
    asked: tuple[Copy, SyncService], clock: HandClock
) -> None:
    copy, service = asked
    clock.advance(1)
    async with copy.database.system() as tx:  # however new its run is
        newer = runs.update().where(runs.c.dataset == LAST)
        await tx.execute(newer.values(created_at=clock()))
    async with _held_up(copy, runs, FIRST, _stop_all(copy, service)):
        assert await _is_free(copy, runs, LAST)


async def _wake(copy: Copy) -> None:
    async with copy.database.tenant(copy.tenant_id) as tx:
        await run_queue.run_now(tx, copy.connection_id)


async def test_waking_takes_runs_in_their_order(asked: tuple[Copy, SyncService]) -> None:
    copy, _ = asked
    async with copy.database.system() as tx:
        await tx.execute(runs.update().values(run_after=9e9))
    async with _held_up(copy, runs, FIRST, _wake(copy)):
        assert await _is_free(copy, runs, LAST)


async def test_releasing_a_worker_takes_runs_in_their_order(
    asked: tuple[Copy, SyncService],
) -> None:
    copy, _ = asked
    async with copy.database.system() as tx:
        await tx.execute(runs.update().values(worker_id="gone", lease_until=9e9))
    async with _held_up(copy, runs, FIRST, release_worker(copy.database, "gone")):
        assert await _is_free(copy, runs, LAST)


async def test_a_tick_takes_runs_in_their_order(
    asked: tuple[Copy, SyncService], clock: HandClock
) -> None:
    copy, _ = asked
    for dataset in (LAST, FIRST):  # in the order of their moments, the last comes first
        async with copy.database.tenant(copy.tenant_id) as tx:
            place, rhythm = (copy.connection_id, dataset), Rhythm(3600, None, None)
            await store.put(tx, place, rhythm, paused=False, user_id=None, now=clock())
            due = tx.update(schedules).where(schedules.c.dataset == dataset)
            await tx.execute(due.values(next_due=clock()))
        clock.advance(1)
    async with _held_up(copy, runs, FIRST, tick(copy.database, clock())):
        assert await _is_free(copy, runs, LAST)


async def test_a_run_that_fails_before_it_began_takes_its_schedule_before_its_row(
    asked: tuple[Copy, SyncService],
) -> None:
    copy, _ = asked
    async with copy.database.tenant(copy.tenant_id) as tx:
        place, rhythm = (copy.connection_id, LAST), Rhythm(3600, None, None)
        await store.put(tx, place, rhythm, paused=False, user_id=None, now=copy.clock())
    async with copy.database.system() as tx:
        await tx.execute(connections.update().values(paused_at=copy.clock()))
    claims = [await copy.take(), await copy.take()]
    (claim,) = [one for one in claims if one.dataset == LAST]
    async with _held_up(copy, schedules, LAST, copy.attempt(claim)):
        assert await _is_free(copy, runs, LAST)
    assert (await copy.run(claim.run_id)).status == "failed"
