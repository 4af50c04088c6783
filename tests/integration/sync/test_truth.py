"""Facts of Odoo that a sync must get right, each on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integration.sync.copying import EQUAL, Copy, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from odoo_sandbox import World, seed_world
from odoosync.db import Database

PARTNER, TAG, TEMPLATE, VARIANT = (
    "res.partner",
    "res.partner.category",
    "product.template",
    "product.product",
)


def some(world: World, model: str = PARTNER, **more: Any) -> list[int]:
    """Ids of rows that nothing else hangs on."""
    domain = [["parent_id", "!=", False]] if model == PARTNER else []
    found: list[int] = world.execute(model, "search", domain, **more)
    return found


@pytest.mark.parametrize("dataset", ["contacts", "products", "product_variants"])
async def test_a_first_sync_equals_odoo(synced: Copy, dataset: str) -> None:
    assert await synced.difference(dataset) == EQUAL


async def test_a_quiet_sync_asks_little(synced: Copy) -> None:
    synced.odoo.asked.clear()
    run = await synced.sync()
    assert (run.status, run.fetched, run.updated) == ("succeeded", 0, 0)
    assert len(synced.odoo.asked) <= 8


async def test_a_transaction_that_commits_late_is_not_lost(synced: Copy) -> None:
    late = synced.world.transaction()
    synced.world.execute(PARTNER, "write", some(synced.world, limit=1), {"ref": "late"}, tx=late)
    synced.clock.advance(200)
    assert (await synced.sync()).updated == 0
    late.commit()
    assert (await synced.sync()).updated == 1
    assert await synced.difference() == EQUAL


async def test_a_transaction_of_hours_is_found_by_the_daily_window(synced: Copy) -> None:
    late = synced.world.transaction()
    synced.world.execute(PARTNER, "write", some(synced.world, limit=1), {"ref": "cron"}, tx=late)
    for _ in range(20):
        synced.clock.advance(3_600)
        await synced.sync()
    late.commit()
    synced.clock.advance(8 * 3_600)
    await synced.sync()
    assert await synced.difference() == EQUAL


async def test_a_burst_in_one_second_is_taken_whole(synced: Copy) -> None:
    people = [{"name": f"Burst {number}"} for number in range(30)]
    synced.world.execute(PARTNER, "create", people[:15])
    assert (await synced.sync()).created == 15
    synced.world.execute(PARTNER, "create", people[15:])
    assert (await synced.sync()).created == 15


async def test_an_archived_row_stays_and_an_unlinked_one_goes(synced: Copy) -> None:
    archived, unlinked = some(synced.world, limit=2)
    synced.world.execute(PARTNER, "write", [archived], {"active": False})
    synced.world.execute(PARTNER, "unlink", [unlinked])
    run = await synced.sync()
    rows = await synced.rows()
    assert (run.deleted, run.hidden) == (1, 0)
    assert (rows[archived].active, rows[archived].deleted_at) == (False, None)
    assert rows[unlinked].deleted_at is not None


async def test_an_sql_cascade_is_found_on_both_sides(synced: Copy) -> None:
    (template,) = some(synced.world, TEMPLATE, limit=1)
    with synced.world.transaction() as tx:
        tx.sql_delete(TEMPLATE, [template])
    for dataset in ("products", "product_variants"):
        assert (await synced.sync(dataset)).deleted >= 1
        assert await synced.difference(dataset) == EQUAL


async def test_a_parent_that_goes_empties_its_children_unseen(synced: Copy) -> None:
    """The database sets the foreign key to null; no date tells of it."""
    world = synced.world
    (parent,) = world.execute(PARTNER, "create", [{"name": "Top", "is_company": True}])
    child = {"name": "Below", "is_company": True, "parent_id": parent}
    (below,) = world.execute(PARTNER, "create", [child])
    await synced.sync()
    synced.clock.advance(3_600)
    with world.transaction() as tx:
        tx.sql_delete(PARTNER, [parent])
    await synced.sync()
    assert (await synced.data(below))["parent_id"] is None


async def test_a_tag_added_from_its_own_side_arrives(synced: Copy) -> None:
    (person,) = some(synced.world, limit=1)
    (tag,) = synced.world.execute(TAG, "create", [{"name": "New"}])
    synced.world.execute(TAG, "write", [tag], {"partner_ids": [(4, person)]})
    run = await synced.sync()
    assert (run.fetched, run.updated) == (0, 1)
    assert tag in (await synced.data(person))["category_id"]


async def test_a_variants_cost_arrives_at_its_template(synced: Copy) -> None:
    (variant,) = some(synced.world, VARIANT, limit=1)
    (row,) = synced.world.execute(VARIANT, "read", [variant], ["product_tmpl_id"])
    synced.world.execute(VARIANT, "write", [variant], {"standard_price": 123.25})
    for dataset in ("products", "product_variants"):
        await synced.sync(dataset)
        assert await synced.difference(dataset) == EQUAL
    assert (await synced.data(row["product_tmpl_id"][0], "products"))["standard_price"] == 123.25


@pytest.mark.parametrize("version", [16, 19])
async def test_a_templates_new_name_arrives_at_its_variants_without_the_volatile_pass(
    version: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a large dataset nothing but the window tells; on 16 variants keep their dates."""
    clock = HandClock()
    world = seed_world(version, contacts=5, products=8, clock=clock)
    copy = await open_copy(database, DirectOdoo(world), clock)
    await copy.sync("product_variants")
    clock.advance(3_600)
    monkeypatch.setattr("odoosync.sync.engine.volatile.EACH_SYNC_UP_TO", 0)
    world.execute(TEMPLATE, "write", some(world, TEMPLATE, limit=1), {"name": "Renamed"})
    assert (await copy.sync("product_variants")).updated >= 1
    assert await copy.difference("product_variants") == EQUAL


async def test_cleared_fields_are_cleared(synced: Copy) -> None:
    (person,) = some(synced.world, limit=1)
    synced.world.execute(PARTNER, "write", [person], {"phone": False, "email": False})
    await synced.sync()
    kept = await synced.data(person)
    assert (kept["phone"], kept["email"]) == (None, None)
    assert (await synced.rows())[person].email is None


@pytest.mark.parametrize(
    ("version", "field"), [(16, "categ_id"), (18, "categ_id"), (19, "categ_id"), (19, "uom_id")]
)
async def test_a_many2one_that_sql_moves_arrives_even_where_it_is_required(
    database: Database, clock: HandClock, version: int, field: str
) -> None:
    """Odoo's merge wizards move foreign keys by SQL, and date nothing."""
    world = seed_world(version, contacts=1, products=12, clock=clock)
    copy = await open_copy(database, DirectOdoo(world), clock)
    await copy.sync("products")
    clock.advance(3_600)
    moved, other = some(world, TEMPLATE)[:2]
    with world.transaction() as tx:
        target = next(
            one
            for one in tx.ids(world.table(TEMPLATE).model.fields[field].relation)
            if one != tx.value(TEMPLATE, moved, field)
        )
        tx.sql_update(TEMPLATE, [moved, other], **{field: target})
    await copy.sync("products")
    assert await copy.difference("products") == EQUAL


async def test_rows_out_of_sight_are_kept_as_hidden_and_return(synced: Copy) -> None:
    hidden = some(synced.world, limit=3)
    rule = synced.world.add_rule(PARTNER, [("id", "not in", hidden)], uids=[2])
    assert ((await synced.sync()).hidden, (await synced.sync()).hidden) == (3, 0)
    rows = await synced.rows()
    assert all(rows[row_id].unreachable_at and not rows[row_id].deleted_at for row_id in hidden)
    synced.world.remove_rule(rule)
    await synced.sync()
    assert await synced.difference() == EQUAL


async def test_hidden_and_deleted_rows_among_each_other_are_told_apart(synced: Copy) -> None:
    first, second, third, fourth = some(synced.world, limit=4)
    synced.world.add_rule(PARTNER, [("id", "not in", [first, third])], uids=[2])
    synced.world.execute(PARTNER, "unlink", [second, fourth], uid=1)
    run = await synced.sync()
    assert (run.hidden, run.deleted) == (2, 2)
    assert await synced.difference() == EQUAL


async def test_a_hidden_row_that_is_deleted_later_is_told_within_a_day(synced: Copy) -> None:
    (hidden,) = some(synced.world, limit=1)
    synced.world.add_rule(PARTNER, [("id", "!=", hidden)], uids=[2])
    await synced.sync()
    with synced.world.transaction() as tx:
        tx.sql_delete(PARTNER, [hidden])
    synced.clock.advance(25 * 3_600)
    await synced.sync()
    assert (await synced.rows())[hidden].deleted_at is not None


async def test_rows_loaded_by_sql_without_a_date_are_found_and_followed(synced: Copy) -> None:
    with synced.world.transaction() as tx:
        values = {"name": "Loaded", "complete_name": "Loaded", "active": True, "type": "contact"}
        loaded = tx.insert(PARTNER, values | {"write_date": False})
    assert (await synced.sync()).created == 1
    with synced.world.transaction() as tx:
        tx.sql_update(PARTNER, [loaded], email="sql@example.com")
    await synced.sync()
    assert await synced.difference() == EQUAL


@pytest.mark.parametrize("skew", [timedelta(hours=-9), timedelta(hours=9)])
async def test_a_server_whose_clock_is_wrong_is_followed(
    skew: timedelta, database: Database
) -> None:
    clock = HandClock()
    world = seed_world(18, contacts=10, products=1, clock=lambda: clock() + skew)
    copy = await open_copy(database, DirectOdoo(world), clock)
    await copy.sync()
    for step in range(3):
        clock.advance(600)
        world.execute(PARTNER, "write", some(world, limit=1), {"ref": f"R{step}"})
        clock.advance(600)
        assert (await copy.sync()).updated == 1
    assert await copy.difference() == EQUAL


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_clock_that_is_set_anew_between_syncs_loses_nothing(
    synced: Copy, hours: int
) -> None:
    synced.world.clock = lambda: synced.clock() + timedelta(hours=hours)
    synced.clock.advance(900)
    synced.world.execute(PARTNER, "write", some(synced.world, limit=1), {"ref": "after"})
    synced.clock.advance(3 * 3_600)
    await synced.sync()
    assert await synced.difference() == EQUAL


async def test_a_server_that_sends_no_date_is_followed_an_hour_behind(synced: Copy) -> None:
    synced.world.proxy_ahead = None
    for step in range(2):
        synced.world.execute(PARTNER, "write", some(synced.world, limit=1), {"ref": f"R{step}"})
        run = await synced.sync()
        assert run.updated == 1
        assert run.window_high == synced.clock().replace(microsecond=0) - timedelta(hours=1)
        synced.clock.advance(60)


async def test_a_restored_database_stops_the_sync_until_a_full_one(
    synced: Copy, world: World
) -> None:
    (person,) = some(world, limit=1)
    before = synced.world.table(PARTNER).rows[person]
    synced.clock.advance(60)
    world.execute(PARTNER, "write", [person], {"ref": "lost by the restore"})
    await synced.sync()
    world.table(PARTNER).put([before])
    stopped = await synced.sync()
    assert (stopped.status, stopped.error_code) == ("failed", "odoo_database_restored")
    assert (await synced.sync(full=True)).updated == 1
    assert await synced.difference() == EQUAL


async def test_a_row_from_the_future_that_is_written_as_usual_is_no_sign_of_a_restore(
    synced: Copy, world: World
) -> None:
    (person,) = some(world, limit=1)
    ahead = synced.clock() + timedelta(days=900)
    with world.transaction() as tx:
        tx.sql_update(PARTNER, [person], write_date=int(ahead.timestamp() * 1_000_000))
    assert (await synced.sync()).fetched == 1
    synced.clock.advance(3_600)
    world.execute(PARTNER, "write", [person], {"ref": "as usual"})
    assert (await synced.sync()).status == "succeeded"
    assert await synced.difference() == EQUAL


async def test_a_restore_shows_even_when_the_newest_rows_were_made_after_the_backup(
    synced: Copy, world: World
) -> None:
    (person,) = some(world, limit=1)
    before = synced.world.table(PARTNER).rows[person]
    world.execute(PARTNER, "write", [person], {"ref": "lost by the restore"})
    synced.clock.advance(60)
    made = world.execute(PARTNER, "create", [{"name": f"N{number}"} for number in range(25)])
    await synced.sync()
    world.table(PARTNER).put([before])
    world.table(PARTNER).drop(set(made))
    assert (await synced.sync()).error_code == "odoo_database_restored"


async def test_a_restore_shows_even_when_new_rows_have_taken_the_ids_of_lost_ones(
    synced: Copy, world: World
) -> None:
    made = world.execute(PARTNER, "create", [{"name": f"N{number}"} for number in range(25)])
    await synced.sync()
    world.table(PARTNER).drop(set(made))
    world.set_next_id(PARTNER, made[0])
    synced.clock.advance(60)
    assert world.execute(PARTNER, "create", [{"name": "Other"} for _ in made]) == made
    assert (await synced.sync()).error_code == "odoo_database_restored"
    await synced.sync(full=True)
    assert await synced.difference() == EQUAL


async def test_many_rows_gone_at_once_wait_and_cost_no_call_each(synced: Copy) -> None:
    hidden = some(synced.world)
    synced.world.add_rule(PARTNER, [("id", "not in", hidden)], uids=[2])
    synced.odoo.asked.clear()
    run = await synced.sync()
    assert (run.held_back, run.hidden, run.deleted) == (len(hidden), 0, 0)
    assert "confirm_deletions" in run.note
    assert len(synced.odoo.asked) <= 9
    assert (await synced.sync(confirm_deletions=True)).hidden == len(hidden)
    assert await synced.difference() == EQUAL


async def test_rows_that_changed_while_they_were_held_back_are_read_again_once_they_are_back(
    synced: Copy, world: World
) -> None:
    hidden = some(world)
    rule = world.add_rule(PARTNER, [("id", "not in", hidden)], uids=[2])
    assert (await synced.sync()).held_back
    world.execute(PARTNER, "write", hidden[:1], {"ref": "unseen"}, uid=1)
    for _ in range(3):
        synced.clock.advance(2 * 86_400)
        await synced.sync()
    world.remove_rule(rule)
    assert (await synced.sync()).updated == 1
    assert await synced.difference() == EQUAL


async def test_a_login_that_sees_nothing_any_more_deletes_nothing(synced: Copy) -> None:
    synced.world.add_rule(PARTNER, [("id", "=", 0)], uids=[2])
    run = await synced.sync()
    assert "none of the" in run.note
    assert not any(row.unreachable_at for row in (await synced.rows()).values())
