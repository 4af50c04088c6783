"""What an attempt says in the log of how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest
from structlog.testing import capture_logs

from odoosync.db import Database
from odoosync.jobs import runner
from odoosync.jobs.run_queue import Claim, request_cancel
from odoosync.jobs.runner import Timing, WorkerContext, attempt
from odoosync.jobs.task import Done, Lease, Outcome
from queue_world import advance, ask, begin_one, finish, populate, run_of, take_away
from waiting import PATIENCE_S

QUICK = Timing(lease=PATIENCE_S, look=0.01, renew=0.01, cancel_grace=PATIENCE_S)
Body = Callable[[Claim], Awaitable[None]]


@dataclass
class _Task:
    body: Body
    abandoned: list[str] = field(default_factory=list)

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        del lease
        await self.body(claim)
        return Done()

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        del claim, message
        self.abandoned.append(error_code)


@pytest.fixture
async def held(database: Database) -> Claim:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    return await begin_one(database)


async def _said(database: Database, held: Claim, body: Body) -> list[str]:
    with capture_logs() as lines:
        await attempt(WorkerContext(database, _Task(body), QUICK), held, Lease())
    return [line["event"] for line in lines]


async def test_a_body_that_ended_its_run_itself_lost_nothing(
    database: Database, held: Claim
) -> None:
    async def body(claim: Claim) -> None:
        await finish(database, claim)

    assert await _said(database, held, body) == []
    assert (await run_of(database, held.run_id)).status == "succeeded"


async def test_a_heartbeat_that_looks_after_the_last_commit_waits_for_the_body(
    database: Database, held: Claim, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, came_back = asyncio.Event(), asyncio.Event()

    async def is_over(context: WorkerContext, claim: Claim) -> bool:
        looked.set()
        return await really(context, claim)

    async def body(claim: Claim) -> None:
        await finish(database, claim)
        await looked.wait()
        came_back.set()

    really = runner._is_over
    monkeypatch.setattr(runner, "_is_over", is_over)
    assert await _said(database, held, body) == []
    assert came_back.is_set()


async def test_a_run_that_another_attempt_took_is_told_as_lost(
    database: Database, held: Claim
) -> None:
    async def body(claim: Claim) -> None:
        await take_away(database, claim)
        await asyncio.sleep(3600)

    assert await _said(database, held, body) == ["lease_lost"]


async def test_a_body_that_fails_before_it_looks_is_cancelled_all_the_same(
    database: Database, held: Claim
) -> None:
    async def fail(claim: Claim) -> None:
        raise ValueError(claim)

    async with database.tenant(held.tenant_id) as tx:
        await request_cancel(tx, held.run_id)
    task = _Task(fail)
    await attempt(WorkerContext(database, task, QUICK), held, Lease())
    assert task.abandoned == ["cancelled"]


@pytest.mark.parametrize("reason", ["sync_goes_on", "internal_error", "worker_lost"])
async def test_what_is_given_up_before_it_begins_tells_what_the_last_attempt_failed_with(
    database: Database, held: Claim, reason: str
) -> None:
    async def body(_: Claim) -> None: ...

    task, late = _Task(body), replace(held, failures=1, failed_with=reason, stalled_s=1e6)
    await attempt(WorkerContext(database, task, QUICK), late, Lease())
    assert task.abandoned == [reason]


async def test_who_comes_further_is_not_given_up_however_long_ago_it_began(
    database: Database, held: Claim
) -> None:
    async def body(claim: Claim) -> None:
        await advance(database, claim, {"page": 1})
        raise ValueError

    task = _Task(body)
    await attempt(WorkerContext(database, task, QUICK), replace(held, stalled_s=1e6), Lease())
    assert task.abandoned == []
