"""Clocks that are wrong: a proxy's, our own, the database's. No row is lost; the run says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.sync.copying import EQUAL, Copy, FragileDatabase, Killed, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from integration.sync.test_truth import PARTNER, TEMPLATE, some
from odoo_sandbox import World
from odoosync.db import Database

AHEAD = [45, 600, 3 * 86_400]


async def write_and_sync(copy: Copy, times: int = 2) -> None:
    """Rename a contact in Odoo after each sync, and hold the copy against Odoo after the next."""
    for step in range(times):
        await copy.sync()
        copy.clock.advance(60)
        copy.world.execute(PARTNER, "write", some(copy.world, limit=1), {"name": f"N{step}"})
        copy.clock.advance(60)
        await copy.sync()
        assert await copy.difference() == EQUAL


@pytest.mark.parametrize("seconds", [*AHEAD, *(-one for one in AHEAD), None])
@pytest.mark.parametrize("ours", [0, -45, -600])
async def test_a_proxy_whose_clock_is_wrong_loses_nothing(
    synced: Copy, seconds: int | None, ours: int
) -> None:
    synced.world.proxy_ahead = None if seconds is None else timedelta(seconds=seconds)
    synced.ahead = timedelta(seconds=ours)
    await write_and_sync(synced)


@pytest.mark.parametrize("ours", AHEAD)
@pytest.mark.parametrize("proxy", [0, -600])
async def test_our_own_clock_ahead_of_the_servers_loses_nothing(
    synced: Copy, ours: int, proxy: int
) -> None:
    synced.ahead = timedelta(seconds=ours)
    synced.world.proxy_ahead = timedelta(seconds=proxy)
    await write_and_sync(synced)


async def test_clocks_that_are_put_right_between_syncs_lose_nothing(synced: Copy) -> None:
    for proxy, ours in [(600, 0), (0, 7_200), (0, 0), (-3_600, 90_000), (90_000, -60), (0, 0)]:
        synced.world.proxy_ahead = timedelta(seconds=proxy)
        synced.ahead = timedelta(seconds=ours)
        await write_and_sync(synced, times=1)


async def test_all_clocks_set_back_together_lose_nothing(synced: Copy) -> None:
    """One machine runs Odoo and this service, and its clock is set back by an hour."""
    await synced.sync()
    synced.clock.advance(-3_600)
    synced.clock.advance(60)
    synced.world.execute(PARTNER, "write", some(synced.world, limit=1), {"name": "After"})
    synced.clock.advance(1_800)
    await synced.sync()
    assert await synced.difference() == EQUAL


@pytest.mark.parametrize(
    ("proxy", "said"),
    [
        (600, "10 minutes ahead of ours"),
        (-7_200, "2 hours behind ours"),
        (61, "61 seconds ahead of ours"),
    ],
)
async def test_clocks_that_differ_are_a_remark_in_the_run(
    synced: Copy, proxy: int, said: str
) -> None:
    synced.world.proxy_ahead = timedelta(seconds=proxy)
    assert said in str((await synced.sync()).note)


async def test_clocks_that_differ_by_less_than_a_minute_are_no_remark(synced: Copy) -> None:
    synced.world.proxy_ahead = timedelta(seconds=45)
    assert (await synced.sync()).note is None


async def rename(copy: Copy, name: str) -> None:
    copy.world.execute(PARTNER, "write", some(copy.world)[-1:] or [4], {"name": name})


@pytest.mark.parametrize("minutes", [10, 90])
async def test_a_database_whose_clock_is_behind_shows_by_its_new_rows(
    synced: Copy, minutes: int
) -> None:
    """The run that notices reads what the windows before it missed."""
    await synced.sync()
    synced.world.database_ahead = timedelta(minutes=-minutes)
    synced.clock.advance(60)
    await rename(synced, "Missed")
    synced.clock.advance(60)
    await synced.sync()
    synced.world.execute(PARTNER, "create", [{"name": "New"}])
    synced.clock.advance(600)
    run = await synced.sync()
    assert "dated" in run.note
    assert await synced.difference() == EQUAL


async def test_a_database_that_is_days_behind_shows_by_its_new_rows(
    database: Database, clock: HandClock
) -> None:
    late = timedelta(days=5)
    world = World(18, clock=lambda: clock() - late)
    world.proxy_ahead = late
    world.execute(PARTNER, "create", [{"name": f"N{number}"} for number in range(5)])
    clock.advance(600)
    copy = await open_copy(database, DirectOdoo(world), clock)
    await copy.sync()
    clock.advance(60)
    await rename(copy, "Missed")
    await copy.sync()
    clock.advance(60)
    world.execute(PARTNER, "create", [{"name": "New"}])
    assert "5 days" in (await copy.sync()).note
    assert await copy.difference() == EQUAL


async def test_from_then_on_the_window_reaches_back_by_that_much_more(synced: Copy) -> None:
    await synced.sync()
    synced.world.database_ahead = timedelta(minutes=-20)
    synced.world.execute(PARTNER, "create", [{"name": "New"}])
    synced.clock.advance(300)
    await synced.sync()
    for step in range(3):
        await rename(synced, f"N{step}")
        synced.clock.advance(1_800)
        run = await synced.sync()
        assert "look back" in run.note
        assert await synced.difference() == EQUAL


async def test_what_one_dataset_shows_of_a_database_counts_for_all_of_its_datasets(
    synced: Copy,
) -> None:
    await synced.sync("products")
    synced.world.database_ahead = timedelta(minutes=-20)
    (product,) = some(synced.world, TEMPLATE, limit=1)
    synced.clock.advance(60)
    synced.world.execute(TEMPLATE, "write", [product], {"list_price": 7.75})
    synced.clock.advance(60)
    await synced.sync("products")
    await synced.sync()
    synced.world.execute(PARTNER, "create", [{"name": "New"}])
    await synced.sync()
    assert "look back" in (await synced.sync("products")).note
    assert await synced.difference("products") == EQUAL


async def test_a_new_row_that_was_dated_back_by_sql_shows_it_too(synced: Copy) -> None:
    await synced.sync()
    (new,) = synced.world.execute(PARTNER, "create", [{"name": "New"}])
    with synced.world.transaction() as tx:
        tx.sql_update(PARTNER, [new], write_date=tx.stamp - 20 * 60 * 1_000_000)
    assert "look back" in (await synced.sync()).note


async def test_a_transaction_that_took_long_widens_the_window(synced: Copy) -> None:
    late = synced.world.transaction()
    synced.clock.advance(1_200)
    await synced.sync()
    synced.world.execute(PARTNER, "create", [{"name": "Late"}], tx=late)
    late.commit()
    synced.clock.advance(60)
    assert "dated" in (await synced.sync()).note
    late = synced.world.transaction()
    synced.world.execute(PARTNER, "write", some(synced.world, limit=1), {"ref": "late"}, tx=late)
    synced.clock.advance(1_200)
    await synced.sync()
    late.commit()
    synced.clock.advance(60)
    await synced.sync()
    assert await synced.difference() == EQUAL


async def test_a_full_sync_takes_a_longer_look_back_back(synced: Copy) -> None:
    await synced.sync()
    synced.world.database_ahead = timedelta(minutes=-20)
    synced.world.execute(PARTNER, "create", [{"name": "New"}])
    assert "look back" in (await synced.sync()).note
    synced.world.right_clocks()
    await synced.sync(full=True)
    assert (await synced.sync()).note is None


@pytest.mark.dialect
async def test_what_was_learned_of_a_clock_survives_a_kill(
    synced: Copy, fragile: FragileDatabase
) -> None:
    """The row is stored together with what its date shows: after that it is new no more."""
    await synced.sync()
    synced.world.database_ahead = timedelta(minutes=-20)
    await rename(synced, "Missed")
    synced.clock.advance(600)
    await synced.sync()
    synced.world.execute(PARTNER, "create", [{"name": "New"}])
    run_id = await synced.ask("contacts")
    for step in range(1, 20):
        fragile.written, fragile.dies_at, fragile.after = 0, step, True
        try:
            await synced.attempt(await synced.claim())
        except Killed:
            continue
        break
    assert "look back" in (await synced.run(run_id)).note
    assert await synced.difference() == EQUAL


async def test_old_rows_that_come_into_sight_say_nothing_of_clocks(synced: Copy) -> None:
    rule = synced.world.add_rule(PARTNER, [("id", "not in", some(synced.world))], uids=[2])
    synced.guard = False
    await synced.sync()
    synced.clock.advance(60)
    await rename_first(synced)
    await synced.sync()
    synced.world.remove_rule(rule)
    run = await synced.sync()
    assert (run.note, await synced.difference()) == (None, EQUAL)


async def rename_first(copy: Copy) -> None:
    copy.world.execute(PARTNER, "write", [1], {"name": "Busy"})
