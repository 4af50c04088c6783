from __future__ import annotations

import asyncio

import pytest

from odoosync.db import Database
from odoosync.jobs.run_queue import Kind
from queue_world import ask, begin_one, claim, claim_one, finish, populate, run_of, snooze


async def test_a_first_request_asks_for_the_first_run(database: Database) -> None:
    (connection,) = await populate(database, [1])
    wish = await ask(database, connection)
    assert (wish.joined, (await run_of(database, wish.run_id)).number) == (False, 1)


async def test_a_request_joins_the_run_that_is_queued(database: Database) -> None:
    (connection,) = await populate(database, [1])
    first = await ask(database, connection)
    second = await ask(database, connection)
    assert (second.joined, second.run_id) == (True, first.run_id)


async def test_a_run_that_was_taken_but_has_not_begun_is_joined(database: Database) -> None:
    (connection,) = await populate(database, [1])
    first = await ask(database, connection)
    await claim_one(database)
    assert (await ask(database, connection)).run_id == first.run_id


async def test_a_request_during_a_run_asks_for_the_next(database: Database) -> None:
    (connection,) = await populate(database, [1])
    first = await ask(database, connection)
    held = await begin_one(database)
    second, third = await ask(database, connection), await ask(database, connection)
    assert held.run_id == first.run_id != second.run_id
    assert [(wish.run_id, wish.joined) for wish in (second, third)] == [
        (second.run_id, False),
        (second.run_id, True),
    ]


async def test_a_run_that_began_and_was_put_back_is_not_joined(database: Database) -> None:
    (connection,) = await populate(database, [1])
    first = await ask(database, connection)
    await snooze(database, await begin_one(database), 60.0)
    assert (await ask(database, connection)).run_id != first.run_id


async def test_the_next_run_begins_after_the_one_before(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await begin_one(database)
    wish = await ask(database, connection)
    assert await claim(database) == []
    await finish(database, held)
    assert (await claim_one(database)).run_id == wish.run_id


async def test_a_verification_waits_for_no_sync_and_is_joined_by_none(database: Database) -> None:
    (connection,) = await populate(database, [1])
    kinds: tuple[Kind, ...] = ("sync", "verify")
    wishes = [await ask(database, connection, kind=kind) for kind in kinds]
    assert [wish.joined for wish in wishes] == [False, False]
    assert sorted(held.kind for held in await claim(database)) == ["sync", "verify"]


@pytest.mark.parametrize("running", [False, True])
async def test_simultaneous_requests_ask_for_one_run(database: Database, *, running: bool) -> None:
    (connection,) = await populate(database, [1])
    if running:
        await ask(database, connection)
        await begin_one(database)
    wishes = await asyncio.gather(*(ask(database, connection) for _ in range(8)))
    assert sum(not wish.joined for wish in wishes) == 1
    assert len({wish.run_id for wish in wishes}) == 1


async def test_nothing_is_due_after_the_end(database: Database) -> None:
    (connection,) = await populate(database, [1])
    wish = await ask(database, connection)
    await finish(database, await begin_one(database))
    run = await run_of(database, wish.run_id)
    assert (run.status, run.lease_until, run.worker_id) == ("succeeded", None, None)
    assert await claim(database) == []
