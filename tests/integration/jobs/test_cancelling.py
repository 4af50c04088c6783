from __future__ import annotations

from lane_world import DATASET, ask, claim, claim_one, finish, populate, put_back, state
from odoosync.db import Database
from odoosync.jobs import lanes


async def _cancel(database: Database, connection_id: int, generation: int) -> bool:
    async with database.tenant(1) as tx:
        return await lanes.request_cancel(tx, connection_id, DATASET, generation)


async def test_a_queued_generation_is_withdrawn(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    assert await _cancel(database, connection, 1) is True
    assert await claim(database) == []


async def test_a_withdrawn_number_is_never_given_again(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await _cancel(database, connection, 1)
    ticket = await ask(database, connection)
    assert (ticket.generation, ticket.joined) == (2, False)
    assert (await claim_one(database)).generation == 2


async def test_withdrawing_the_next_leaves_the_running_one_alone(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await claim_one(database)
    await ask(database, connection)
    assert await _cancel(database, connection, 2) is True
    await finish(database, held)
    assert await claim(database) == []


async def test_a_running_generation_is_asked_to_end(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await claim_one(database)
    assert await _cancel(database, connection, 1) is False
    async with database.tenant(1) as tx:
        assert await lanes.renew(tx, held) is True


async def test_a_generation_that_was_put_back_is_taken_at_once_to_end(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await put_back(database, await claim_one(database), 600.0)
    assert await _cancel(database, connection, 1) is False
    assert (await claim_one(database)).generation == 1


async def test_a_cancellation_does_not_outlive_its_generation(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await claim_one(database)
    await _cancel(database, connection, 1)
    await finish(database, held)
    await ask(database, connection)
    assert not (await state(database, connection)).cancel_requested


async def test_what_has_ended_cannot_be_cancelled(database: Database) -> None:
    (connection,) = await populate(database, [1])
    assert await _cancel(database, connection, 1) is False
    await ask(database, connection)
    await finish(database, await claim_one(database))
    assert await _cancel(database, connection, 1) is False
