from __future__ import annotations

import pytest

from lane_world import advance, ask, claim, claim_one, finish, populate, put_back, run_out
from odoosync.db import Database
from odoosync.jobs import lanes
from odoosync.jobs.errors import LaneLost
from odoosync.jobs.lanes import Claim
from odoosync.jobs.tables import lanes as lane_table


async def _stale_and_fresh(database: Database) -> tuple[Claim, Claim]:
    """Return the claim of a worker that was paused too long, and of the one that took over."""
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    stale = await claim_one(database, worker_id="paused")
    await run_out(database, stale)
    return stale, await claim_one(database, worker_id="other")


async def test_a_stale_claim_cannot_advance(database: Database) -> None:
    stale, fresh = await _stale_and_fresh(database)
    await advance(database, fresh, {"page": 1})
    with pytest.raises(LaneLost):
        await advance(database, stale, {"page": 9})


async def test_a_stale_claim_cannot_finish(database: Database) -> None:
    stale, fresh = await _stale_and_fresh(database)
    with pytest.raises(LaneLost):
        await finish(database, stale)
    await finish(database, fresh)


async def test_a_stale_claim_cannot_put_back(database: Database) -> None:
    stale, _ = await _stale_and_fresh(database)
    with pytest.raises(LaneLost):
        await put_back(database, stale)


async def test_a_stale_claim_cannot_renew(database: Database) -> None:
    stale, fresh = await _stale_and_fresh(database)
    async with database.tenant(1) as tx:
        assert await lanes.renew(tx, fresh) is False
        with pytest.raises(LaneLost):
            await lanes.renew(tx, stale)


async def test_a_lease_that_ran_out_begins_anew_where_nobody_took_the_lane(
    database: Database,
) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await claim_one(database)
    await run_out(database, held)
    async with database.tenant(1) as tx:
        await lanes.renew(tx, held)
    assert await claim(database, worker_id="other") == []


async def test_a_claim_ends_with_its_finish(database: Database) -> None:
    _, fresh = await _stale_and_fresh(database)
    await finish(database, fresh)
    with pytest.raises(LaneLost):
        await advance(database, fresh, {})


async def test_a_claim_ends_when_it_is_put_back(database: Database) -> None:
    _, fresh = await _stale_and_fresh(database)
    await put_back(database, fresh)
    with pytest.raises(LaneLost):
        await advance(database, fresh, {})


async def test_a_fence_is_never_met_again_by_a_lane_with_a_reused_id(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    old = await claim_one(database)
    async with database.tenant(1) as tx:
        await tx.execute(tx.delete(lane_table))
    await ask(database, connection)
    new = await claim_one(database)
    assert new.fence > old.fence


async def test_rows_of_a_page_go_back_with_a_lost_lane(database: Database) -> None:
    stale, _ = await _stale_and_fresh(database)

    async def store_page() -> None:
        async with database.tenant(1) as tx:
            await lanes.ask(tx, stale.connection_id, "products")
            await lanes.advance(tx, stale, {})

    with pytest.raises(LaneLost):
        await store_page()
    async with database.tenant(1) as tx:
        assert await lanes.lane_state(tx, stale.connection_id, "products") is None
