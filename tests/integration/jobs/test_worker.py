"""A worker in this process: what it takes, tells, gives back and leaves behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from odoosync.backoff import Backoff
from odoosync.db import Database
from odoosync.jobs import presence, run_queue
from odoosync.jobs import worker as worker_module
from odoosync.jobs.retry import RetryPolicy
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.runner import Timing
from odoosync.jobs.task import Done, Lease, Outcome, RetryIn
from odoosync.jobs.worker import Worker
from odoosync.jobs.workers import live_workers
from queue_world import (
    ask,
    begin,
    claim,
    last_run,
    move,
    populate,
)
from waiting import PATIENCE_S, until

QUICK = Timing(
    lease=60.0, renew=0.05, look=0.02, cancel_grace=0.05, stop_grace=0.1, poll=0.01, beat=0.05
)
HASTY = RetryPolicy(max_failures=3, backoff=Backoff(0.0, 0.0))
Body = Callable[[Claim, Lease], Awaitable[Outcome]]


@dataclass
class Recorder:
    """A task with a body handed in; keeps what it was called with."""

    body: Body
    claims: list[Claim] = field(default_factory=list)
    abandoned: list[str] = field(default_factory=list)

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        self.claims.append(claim)
        return await self.body(claim, lease)

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        del claim, message
        self.abandoned.append(error_code)


async def done_at_once(claim: Claim, lease: Lease) -> Outcome:
    del claim, lease
    return Done()


async def busy_for_ever(claim: Claim, lease: Lease) -> Outcome:
    del claim, lease
    await asyncio.sleep(3600)
    return Done()


def worker_of(
    database: Database,
    task: Recorder,
    *,
    folder: Path | None = None,
    concurrency: int = 4,
    timing: Timing = QUICK,
    memory_limit: int | None = None,
) -> Worker:
    return Worker(
        database,
        task,
        worker_id="tested",
        concurrency=concurrency,
        presence_folder=folder,
        timing=timing,
        policy=HASTY,
        memory_limit=memory_limit,
    )


@asynccontextmanager
async def working(
    database: Database,
    task: Recorder,
    *,
    folder: Path | None = None,
    concurrency: int = 4,
    timing: Timing = QUICK,
) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    worker = worker_of(database, task, folder=folder, concurrency=concurrency, timing=timing)
    running = asyncio.create_task(worker.run(stop))
    try:
        yield stop
    finally:
        stop.set()
        await running


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the process seems to hold, in bytes."""
    bytes_held = [0]
    monkeypatch.setattr(worker_module, "held_bytes", lambda: bytes_held[0])
    return bytes_held


async def settled(database: Database, connection: int, status: str = "succeeded") -> None:
    async def ended() -> bool:
        return bool((await last_run(database, connection)).status == status)

    await until(ended)


async def test_a_body_that_is_done_ends_its_run(database: Database) -> None:
    (connection,) = await populate(database, [1])
    async with working(database, Recorder(done_at_once)):
        await ask(database, connection)
        await settled(database, connection)


async def test_a_body_may_finish_its_run_itself(database: Database) -> None:
    async def body(claim: Claim, lease: Lease) -> Outcome:
        del lease
        async with database.tenant(claim.tenant_id) as tx:
            await run_queue.finish(tx, claim, "succeeded")
        return Done()

    (connection,) = await populate(database, [1])
    task = Recorder(body)
    async with working(database, task):
        for _ in range(2):
            await ask(database, connection)
            await settled(database, connection)
    assert len({held.run_id for held in task.claims}) == 2


async def test_an_unexpected_error_is_repeated_until_it_is_given_up(database: Database) -> None:
    async def body(claim: Claim, lease: Lease) -> Outcome:
        del claim, lease
        raise RuntimeError("secret")

    (connection,) = await populate(database, [1])
    task = Recorder(body)
    async with working(database, task):
        await ask(database, connection)
        await settled(database, connection, "failed")
    assert [held.failures for held in task.claims] == [0, 1, 2]
    assert task.abandoned == ["internal_error"]


async def test_a_body_that_wants_a_retry_gets_it_until_it_is_given_up(database: Database) -> None:
    async def body(claim: Claim, lease: Lease) -> Outcome:
        del claim, lease
        return RetryIn(0.0, "odoo_busy")

    (connection,) = await populate(database, [1])
    task = Recorder(body)
    async with working(database, task):
        await ask(database, connection)
        await settled(database, connection, "failed")
    assert (len(task.claims), task.abandoned) == (3, ["odoo_busy"])


async def test_a_busy_body_is_cut_off_when_its_run_is_cancelled(database: Database) -> None:
    busy = asyncio.Event()

    async def body(claim: Claim, lease: Lease) -> Outcome:
        del lease
        await begin(database, claim)
        busy.set()
        await asyncio.sleep(3600)
        return Done()

    (connection,) = await populate(database, [1])
    task = Recorder(body)
    async with working(database, task):
        wish = await ask(database, connection)
        await busy.wait()
        async with database.tenant(1) as tx:
            await run_queue.request_cancel(tx, wish.run_id)
        await settled(database, connection, "cancelled")
    assert task.abandoned == ["cancelled"]


async def test_a_body_that_lost_its_run_is_cut_off_in_silence(database: Database) -> None:
    busy, cut = asyncio.Event(), asyncio.Event()

    async def body(claim: Claim, lease: Lease) -> Outcome:
        del claim, lease
        busy.set()
        try:
            await asyncio.sleep(3600)
        finally:
            cut.set()
        return Done()

    (connection,) = await populate(database, [1])
    task = Recorder(body)
    async with working(database, task):
        await ask(database, connection)
        await busy.wait()
        held = task.claims[0]
        async with database.tenant(1) as tx:
            await run_queue.snooze(tx, held, 3600.0)
        await asyncio.wait_for(cut.wait(), PATIENCE_S)
    assert (task.abandoned, (await last_run(database, connection)).status) == ([], "queued")


async def test_a_stopping_worker_lets_bodies_finish_their_page(database: Database) -> None:
    busy = asyncio.Event()

    async def body(claim: Claim, lease: Lease) -> Outcome:
        busy.set()
        await lease.stopping.wait()
        async with database.tenant(claim.tenant_id) as tx:
            await run_queue.advance(tx, claim, {"page": 1})
        lease.check()
        return Done()

    (connection,) = await populate(database, [1])
    async with working(database, Recorder(body), timing=replace(QUICK, stop_grace=PATIENCE_S)):
        await ask(database, connection)
        await busy.wait()
    (taken,) = await claim(database)
    assert (taken.checkpoint, taken.failures) == ({"page": 1}, 0)


async def test_a_body_that_does_not_hear_the_stop_is_put_back_as_well(database: Database) -> None:
    busy = asyncio.Event()

    async def body(claim: Claim, lease: Lease) -> Outcome:
        del claim, lease
        busy.set()
        await asyncio.sleep(3600)
        return Done()

    (connection,) = await populate(database, [1])
    async with working(database, Recorder(body)):
        await ask(database, connection)
        await busy.wait()
    (taken,) = await claim(database)
    assert taken.failures == 0


async def test_no_more_is_taken_than_there_are_slots(database: Database) -> None:
    release = asyncio.Event()

    async def body(claim: Claim, lease: Lease) -> Outcome:
        del claim, lease
        await release.wait()
        return Done()

    async def full() -> bool:
        return len(task.claims) == 2

    task = Recorder(body)
    async with working(database, task, concurrency=2):
        for tenant, connection in enumerate(await populate(database, [1, 2, 3]), 1):
            await move(database, connection, f"http://odoo{tenant}")  # one may not fill a worker
            await ask(database, connection, tenant)
        await until(full)
        (waiting,) = await claim(database)
        release.set()
    assert waiting.run_id not in {held.run_id for held in task.claims}


async def test_a_worker_is_seen_while_it_lives_and_not_afterwards(database: Database) -> None:
    async def seen() -> bool:
        return await live_workers(database) == ["tested"]

    async with working(database, Recorder(done_at_once)):
        await until(seen)
    assert await live_workers(database) == []


async def test_a_worker_frees_the_runs_of_one_that_departed(
    database: Database, tmp_path: Path
) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await claim(database, worker_id="gone", lease_s=3600.0)
    (tmp_path / "gone.alive").touch()

    async def forgotten() -> bool:  # a moment after its runs are free
        return presence.departed(tmp_path) == []

    async with working(database, Recorder(done_at_once), folder=tmp_path):
        await settled(database, connection)
        await until(forgotten)


async def test_a_worker_whose_memory_is_full_ends_between_runs_and_loses_none(
    database: Database, held: list[int]
) -> None:
    first, second = await populate(database, [1, 2])
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waits(claim: Claim, lease: Lease) -> Outcome:
        del claim, lease
        begun.set()
        await go_on.wait()
        return Done()

    worker = worker_of(database, Recorder(waits), memory_limit=1)
    working_on = asyncio.create_task(worker.run(asyncio.Event()))
    await ask(database, first)
    await begun.wait()
    held[0] = 2
    await until(lambda: is_full(worker))
    await ask(database, second)
    go_on.set()
    await working_on
    left = [(await last_run(database, one)).status for one in (first, second)]
    assert left == ["succeeded", "queued"]
    held[0] = 0
    async with working(database, Recorder(done_at_once)):
        await settled(database, second)


async def test_what_does_not_end_in_time_is_put_back_and_goes_on_in_the_next_one(
    database: Database, held: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "FULL_GRACE_S", 0.05)
    (connection,) = await populate(database, [1])

    async def fills_up(claim: Claim, lease: Lease) -> Outcome:
        held[0] = 2
        return await busy_for_ever(claim, lease)

    await ask(database, connection)
    await worker_of(database, Recorder(fills_up), memory_limit=1).run(asyncio.Event())
    held[0] = 0
    async with working(database, Recorder(done_at_once)):
        await settled(database, connection)
    assert (await last_run(database, connection)).failures == 0


async def test_a_full_worker_does_not_wait_for_what_only_waits_for_its_odoo(
    database: Database, held: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "FULL_GRACE_S", PATIENCE_S)
    (connection,) = await populate(database, [1])

    async def hangs(claim: Claim, lease: Lease) -> Outcome:
        held[0] = 2
        with lease.waiting():
            return await busy_for_ever(claim, lease)

    await ask(database, connection)
    async with asyncio.timeout(PATIENCE_S / 2):
        await worker_of(database, Recorder(hangs), memory_limit=1).run(asyncio.Event())
    assert (await last_run(database, connection)).failures == 0


async def is_full(worker: Worker) -> bool:
    return worker.is_full
