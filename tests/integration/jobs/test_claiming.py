from __future__ import annotations

import asyncio

from sqlalchemy import func, select

from odoosync.db import Database
from odoosync.jobs.tables import runs
from queue_world import ask, begin_one, claim, claim_one, populate, snooze


async def test_nothing_is_due_when_nothing_was_asked_for(database: Database) -> None:
    assert await claim(database) == []


async def test_workers_that_claim_at_once_never_get_the_same_run(database: Database) -> None:
    connections = await populate(database, [1, 2, 3] * 7)
    for number, connection in enumerate(connections):
        await ask(database, connection, tenant_id=number % 3 + 1)
    taken: list[str] = []
    while len(taken) < len(connections):
        rounds = [claim(database, worker_id=f"w{n}", limit=2) for n in range(4)]
        taken += [found.run_id for part in await asyncio.gather(*rounds) for found in part]
    assert len(set(taken)) == len(taken) == 21


async def test_no_more_is_taken_than_was_asked_for_however_the_server_looks_it_up(
    loops_only: Database,
) -> None:
    for number, connection in enumerate(await populate(loops_only, [1, 2, 3, 4])):
        await ask(loops_only, connection, tenant_id=number + 1)
    assert len(await claim(loops_only, limit=2, here=3)) == 2


async def test_a_tenant_never_holds_more_than_its_cap(database: Database) -> None:
    connections = await populate(database, [1] * 6)
    for connection in connections:
        await ask(database, connection)
    first = await claim(database, limit=2, per_tenant=3)
    second = await claim(database, limit=10, per_tenant=3)
    assert (len(first), len(second)) == (2, 1)
    assert await claim(database, per_tenant=3) == []


async def test_the_first_of_another_tenant_goes_before_the_second_of_one(
    database: Database,
) -> None:
    connections = await populate(database, [1] * 9 + [2])
    for connection in connections[:9]:
        await ask(database, connection, tenant_id=1)
    await ask(database, connections[9], tenant_id=2)
    taken = await claim(database, limit=2)
    assert sorted(found.tenant_id for found in taken) == [1, 2]


async def test_what_a_person_waits_for_goes_first(database: Database) -> None:
    connections = await populate(database, [1, 1, 1])
    for connection in connections[:2]:
        await ask(database, connection)
    await ask(database, connections[2], priority=10)
    taken = await claim(database, limit=1)
    assert [found.connection_id for found in taken] == [connections[2]]


async def test_a_run_that_a_person_waits_for_keeps_its_priority_when_the_next_is_asked_for(
    database: Database,
) -> None:
    waited_for, usual = await populate(database, [1, 1])
    await ask(database, waited_for, priority=10)
    await snooze(database, await begin_one(database))
    await ask(database, usual, priority=5)
    await ask(database, waited_for)
    assert (await claim_one(database, limit=1)).connection_id == waited_for


async def test_joining_raises_the_priority_of_what_is_queued(database: Database) -> None:
    connections = await populate(database, [1, 1])
    for connection in connections:
        await ask(database, connection)
    await ask(database, connections[1], priority=10)
    taken = await claim(database, limit=1)
    assert [found.connection_id for found in taken] == [connections[1]]


async def test_who_waits_longest_goes_first(database: Database) -> None:
    connections = await populate(database, [1, 1, 1])
    for connection in reversed(connections):
        await ask(database, connection)
    taken = await claim(database, limit=1)
    assert [found.connection_id for found in taken] == [connections[2]]


async def test_a_claim_is_counted_under_its_worker(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await claim(database, worker_id="me")
    async with database.system() as tx:
        query = select(func.count()).select_from(runs).where(runs.c.worker_id == "me")
        assert await tx.scalar(query) == 1
