"""One server, hanging or only slow, never gets every place of a worker."""

from __future__ import annotations

import asyncio

from integration.jobs.test_worker import Recorder, working
from odoosync.db import Database
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.task import Done, Lease, Outcome
from queue_world import ask, claim, move, populate
from waiting import until


async def test_of_one_server_a_worker_holds_no_more_than_its_share(database: Database) -> None:
    for number, connection in enumerate(await populate(database, [1, 2, 3, 4])):
        await ask(database, connection, tenant_id=number + 1)
    assert len(await claim(database, limit=2, here=3)) == 2
    assert len(await claim(database, limit=9, here=3)) == 1
    assert len(await claim(database, "another", limit=9, here=3)) == 1


async def test_of_one_tenant_a_worker_holds_no_more_than_its_share(database: Database) -> None:
    for number, connection in enumerate(await populate(database, [1, 1, 1, 1])):
        await move(database, connection, f"http://odoo{number}")
        await ask(database, connection)
    first = await claim(database, here=2)
    assert len(first) == 2
    assert await claim(database, here=2) == []
    assert len(await claim(database, here=2, waiting=[first[0].run_id])) == 1
    assert len(await claim(database, "another", here=2)) == 1


async def test_however_much_one_tenant_has_queued_the_first_of_another_finds_a_place(
    database: Database,
) -> None:
    release = asyncio.Event()

    async def body(claimed: Claim, lease: Lease) -> Outcome:
        del lease
        if claimed.tenant_id == 1:
            await release.wait()
        return Done()

    async def served() -> bool:
        return any(held.tenant_id == 2 for held in task.claims)

    *many, one = await populate(database, [1] * 9 + [2])
    task = Recorder(body)
    for number, connection in enumerate(many):
        await move(database, connection, f"http://odoo{number}")
        await ask(database, connection)
    async with working(database, task, concurrency=2):
        await until(lambda: _begun(task, 1))
        await ask(database, one, tenant_id=2)
        await until(served)
        release.set()


async def test_of_one_odoo_all_workers_together_hold_no_more_than_its_share(
    database: Database,
) -> None:
    connections = await populate(database, [1, 2, 3, 4])
    for number, connection in enumerate(connections):
        await ask(database, connection, tenant_id=number + 1)
    await move(database, connections[-1], "http://another")
    assert len(await claim(database, limit=1, per_server=2)) == 1
    taken = await claim(database, "another", per_server=2)
    assert (len(taken), connections[-1] in {found.connection_id for found in taken}) == (2, True)
    assert await claim(database, "a third", per_server=2) == []


async def test_servers_take_turns(database: Database) -> None:
    connections = await populate(database, [1, 2, 3, 4])
    for number, connection in enumerate(connections):
        await ask(database, connection, tenant_id=number + 1)
    await move(database, connections[-1], "http://healthy")
    taken = await claim(database, limit=2, here=3)
    assert connections[-1] in {found.connection_id for found in taken}


async def test_runs_that_must_wait_for_their_tenant_keep_nobody_off_the_server(
    database: Database,
) -> None:
    connections = await populate(database, [1] * 9 + [2])
    for connection in connections[:9]:
        await ask(database, connection, tenant_id=1)
    await ask(database, connections[9], tenant_id=2)
    taken = await claim(database, limit=9, per_tenant=1, here=3)
    assert sorted(found.tenant_id for found in taken) == [1, 2]


async def test_runs_of_a_full_server_keep_none_of_their_tenants_waiting(
    database: Database,
) -> None:
    connections = await populate(database, [1] * 7)
    for connection in connections[:-1]:
        await ask(database, connection)
    held = await claim(database, per_tenant=4, here=3)
    await ask(database, connections[-1])
    await move(database, connections[-1], "http://healthy")
    waiting = [found.run_id for found in held]
    (taken,) = await claim(database, per_tenant=1, here=3, waiting=waiting)
    assert (len(held), taken.connection_id) == (3, connections[-1])


async def test_a_run_that_only_waits_does_not_count_for_its_tenant(database: Database) -> None:
    for connection in await populate(database, [1, 1]):
        await ask(database, connection)
    (first,) = await claim(database, per_tenant=1)
    assert await claim(database, per_tenant=1) == []
    assert len(await claim(database, per_tenant=1, waiting=[first.run_id])) == 1


async def test_what_waits_for_an_answer_lends_its_place(database: Database) -> None:
    answered = asyncio.Event()

    async def body(claimed: Claim, lease: Lease) -> Outcome:
        if claimed.connection_id == hanging:
            with lease.waiting():
                await answered.wait()
        else:
            answered.set()
        return Done()

    hanging, healthy = await populate(database, [1, 2])
    await move(database, healthy, "http://healthy")
    task = Recorder(body)
    async with working(database, task, concurrency=1):
        await ask(database, hanging, tenant_id=1)
        await until(lambda: _begun(task, 1))
        await ask(database, healthy, tenant_id=2)
        await until(lambda: _begun(task, 2))


async def _begun(task: Recorder, count: int) -> bool:
    return len(task.claims) >= count
