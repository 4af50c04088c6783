from __future__ import annotations

import pytest

from odoosync.db import Database
from odoosync.jobs import run_queue
from odoosync.jobs.claiming import revoke_all_leases
from odoosync.jobs.errors import LeaseLost
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.tables import runs
from queue_world import (
    advance,
    ask,
    begin_one,
    claim,
    claim_one,
    finish,
    populate,
    run_of,
    run_out,
    snooze,
)


async def _stale_and_fresh(database: Database) -> tuple[Claim, Claim]:
    """Return the claim of a worker that was paused too long, and of the one that took over."""
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    stale = await begin_one(database, worker_id="paused")
    await run_out(database, stale)
    return stale, await claim_one(database, worker_id="other")


async def test_a_stale_claim_cannot_advance(database: Database) -> None:
    stale, fresh = await _stale_and_fresh(database)
    await advance(database, fresh, {"page": 1})
    with pytest.raises(LeaseLost):
        await advance(database, stale, {"page": 9})


async def test_a_stale_claim_cannot_finish(database: Database) -> None:
    stale, fresh = await _stale_and_fresh(database)
    with pytest.raises(LeaseLost):
        await finish(database, stale)
    await finish(database, fresh)


async def test_a_stale_claim_cannot_put_back(database: Database) -> None:
    stale, _ = await _stale_and_fresh(database)
    with pytest.raises(LeaseLost):
        await snooze(database, stale)


async def test_a_stale_claim_cannot_renew(database: Database) -> None:
    stale, fresh = await _stale_and_fresh(database)
    async with database.tenant(1) as tx:
        assert await run_queue.renew(tx, fresh) is False
        with pytest.raises(LeaseLost):
            await run_queue.renew(tx, stale)


async def test_a_lease_that_ran_out_begins_anew_where_nobody_took_the_run(
    database: Database,
) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await claim_one(database)
    await run_out(database, held)
    async with database.tenant(1) as tx:
        await run_queue.renew(tx, held)
    assert await claim(database, worker_id="other") == []


async def test_a_claim_ends_with_its_finish(database: Database) -> None:
    _, fresh = await _stale_and_fresh(database)
    await finish(database, fresh)
    with pytest.raises(LeaseLost):
        await advance(database, fresh, {})


async def test_a_claim_ends_when_it_is_put_back(database: Database) -> None:
    _, fresh = await _stale_and_fresh(database)
    await snooze(database, fresh)
    with pytest.raises(LeaseLost):
        await advance(database, fresh, {})


async def test_after_a_restore_of_the_database_nobody_holds_what_was_held(
    database: Database,
) -> None:
    stale, fresh = await _stale_and_fresh(database)
    async with database.system() as tx:
        await tx.execute(runs.update().values(fence=stale.fence))
        await tx.execute(revoke_all_leases())
    for held in (stale, fresh):
        with pytest.raises(LeaseLost):
            await advance(database, held, {})
    assert (await claim_one(database)).fence > fresh.fence


async def test_rows_of_a_page_go_back_with_a_lost_lease(database: Database) -> None:
    stale, _ = await _stale_and_fresh(database)
    before = await run_of(database, stale.run_id)

    async def store_page() -> None:
        async with database.tenant(1) as tx:
            await tx.execute(tx.update(runs).values(fetched=9))
            await run_queue.advance(tx, stale, {})

    with pytest.raises(LeaseLost):
        await store_page()
    assert (await run_of(database, stale.run_id)).fetched == before.fetched
