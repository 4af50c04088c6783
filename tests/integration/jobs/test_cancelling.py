from __future__ import annotations

import pytest

from odoosync.db import Database
from odoosync.jobs import run_queue
from odoosync.jobs.errors import LeaseLost
from queue_world import (
    ask,
    begin,
    begin_one,
    claim,
    claim_one,
    finish,
    populate,
    run_of,
    snooze,
)


async def _cancel(database: Database, run_id: str) -> bool:
    async with database.tenant(1) as tx:
        return await run_queue.request_cancel(tx, run_id)


async def test_a_queued_run_is_withdrawn(database: Database) -> None:
    (connection,) = await populate(database, [1])
    wish = await ask(database, connection)
    assert await _cancel(database, wish.run_id) is True
    assert await claim(database) == []


async def test_a_withdrawn_run_is_not_joined(database: Database) -> None:
    (connection,) = await populate(database, [1])
    first = await ask(database, connection)
    await _cancel(database, first.run_id)
    second = await ask(database, connection)
    assert (second.joined, (await claim_one(database)).run_id) == (False, second.run_id)
    assert (await run_of(database, second.run_id)).number == 2


async def test_a_run_that_was_taken_but_has_not_begun_is_withdrawn(database: Database) -> None:
    (connection,) = await populate(database, [1])
    wish = await ask(database, connection)
    held = await claim_one(database)
    assert await _cancel(database, wish.run_id) is True
    with pytest.raises(LeaseLost):
        await begin(database, held)


async def test_withdrawing_the_next_leaves_the_running_one_alone(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await begin_one(database)
    following = await ask(database, connection)
    assert await _cancel(database, following.run_id) is True
    await finish(database, held)
    assert await claim(database) == []


async def test_a_running_one_is_asked_to_end(database: Database) -> None:
    (connection,) = await populate(database, [1])
    wish = await ask(database, connection)
    held = await begin_one(database)
    assert await _cancel(database, wish.run_id) is False
    async with database.tenant(1) as tx:
        assert await run_queue.renew(tx, held) is True


async def test_one_that_was_put_back_is_taken_at_once_to_end(database: Database) -> None:
    (connection,) = await populate(database, [1])
    wish = await ask(database, connection)
    await snooze(database, await begin_one(database), 600.0)
    assert await _cancel(database, wish.run_id) is False
    assert (await claim_one(database)).run_id == wish.run_id


async def test_a_cancellation_is_of_one_run_alone(database: Database) -> None:
    (connection,) = await populate(database, [1])
    first = await ask(database, connection)
    held = await begin_one(database)
    await _cancel(database, first.run_id)
    await finish(database, held, "cancelled")
    second = await ask(database, connection)
    assert not (await run_of(database, second.run_id)).cancel_requested


async def test_what_has_ended_cannot_be_cancelled(database: Database) -> None:
    (connection,) = await populate(database, [1])
    wish = await ask(database, connection)
    await finish(database, await begin_one(database))
    assert await _cancel(database, wish.run_id) is False
    assert (await run_of(database, wish.run_id)).status == "succeeded"
