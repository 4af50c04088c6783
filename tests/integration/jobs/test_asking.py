from __future__ import annotations

import asyncio

from lane_world import ask, claim_one, finish, populate, put_back, state
from odoosync.db import Database


async def test_a_first_request_asks_for_the_first_generation(database: Database) -> None:
    (connection,) = await populate(database, [1])
    ticket = await ask(database, connection)
    assert (ticket.generation, ticket.joined) == (1, False)


async def test_a_request_joins_the_generation_that_is_queued(database: Database) -> None:
    (connection,) = await populate(database, [1])
    first = await ask(database, connection)
    second = await ask(database, connection)
    assert (second.generation, second.joined, second.run_id) == (1, True, first.run_id)


async def test_a_request_during_a_run_asks_for_the_next(database: Database) -> None:
    (connection,) = await populate(database, [1])
    first = await ask(database, connection)
    held = await claim_one(database)
    second, third = await ask(database, connection), await ask(database, connection)
    assert held.run_id == first.run_id != second.run_id
    assert [(t.generation, t.joined) for t in (second, third)] == [(2, False), (2, True)]


async def test_a_run_that_was_put_back_is_not_joined(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await put_back(database, await claim_one(database), 60.0)
    assert (await ask(database, connection)).generation == 2


async def test_the_next_generation_runs_after_the_one_before(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await claim_one(database)
    ticket = await ask(database, connection)
    await finish(database, held)
    following = await claim_one(database)
    assert (following.generation, following.run_id) == (2, ticket.run_id)


async def test_simultaneous_first_requests_ask_for_one_generation(database: Database) -> None:
    (connection,) = await populate(database, [1])
    tickets = await asyncio.gather(*(ask(database, connection) for _ in range(8)))
    assert {ticket.generation for ticket in tickets} == {1}
    assert sum(not ticket.joined for ticket in tickets) == 1
    assert len({ticket.run_id for ticket in tickets}) == 1


async def test_a_finished_lane_wants_nothing(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await finish(database, await claim_one(database))
    found = await state(database, connection)
    assert (found.done, found.running, found.queued, found.held) == (1, None, None, False)
