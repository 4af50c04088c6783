"""Fields that Odoo fails on for many rows: found once, left out with the reason, tried daily."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Row

from integration.sync.copying import EQUAL, Copy, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from integration.sync.test_fields import want
from integration.verify.checking import contacts
from odoo_sandbox.fields import char
from odoo_sandbox.state import Failure
from odoosync.connections import store
from odoosync.db import Database
from odoosync.sync.engine import narrowing
from odoosync.sync.engine.narrowing import ONE_AT_A_TIME
from odoosync.sync.set_aside import listed

PARTNER = "res.partner"
DAY = 24 * 3_600.0


async def failures(copy: Copy) -> list[Row[Any]]:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        return await listed(tx, copy.connection_id, limit=100)


async def calls_of_a_sync(copy: Copy) -> int:
    before = len(copy.odoo.asked)
    copy.clock.advance(600)
    assert (await copy.sync()).status == "succeeded"
    return len(copy.odoo.asked) - before


@pytest.mark.parametrize("how", ["singleton", "access", "error"])
@pytest.mark.parametrize("field", ["display_name", "category_id"])
async def test_an_unchanged_sync_costs_no_call_more_once_the_field_was_found(
    synced: Copy, field: str, how: Failure
) -> None:
    usual = await calls_of_a_sync(synced)
    synced.world.make_failing(PARTNER, field, how)
    assert await calls_of_a_sync(synced) < 40
    assert [await calls_of_a_sync(synced) for _ in range(3)] == [usual] * 3


async def test_it_is_tried_again_once_a_day_at_a_call_or_two(synced: Copy) -> None:
    synced.clock.advance(DAY)
    usual = await calls_of_a_sync(synced)  # a daily one
    synced.world.make_failing(PARTNER, "category_id")
    await calls_of_a_sync(synced)
    synced.clock.advance(DAY)
    assert await calls_of_a_sync(synced) - usual in {1, 2}
    found = [one.last_at for one in await failures(synced)]
    await calls_of_a_sync(synced)
    assert [one.last_at for one in await failures(synced)] == found


async def test_the_reason_says_that_a_value_can_be_had_one_id_at_a_time(synced: Copy) -> None:
    synced.world.make_failing(PARTNER, "display_name", "singleton")
    await synced.sync()
    (found,) = await failures(synced)
    assert (found.odoo_id, found.field, found.error_code) == (None, "display_name", ONE_AT_A_TIME)
    assert "one id at a time" in found.reason


async def test_the_reason_of_a_refused_field_is_what_odoo_said(synced: Copy) -> None:
    synced.world.make_failing(PARTNER, "category_id", "access")
    await synced.sync()
    (found,) = await failures(synced)
    assert (found.field, found.error_code) == ("category_id", "odoo_access_refused")
    assert "Odoo said" in found.reason
    assert "one id at a time" not in found.reason


async def test_it_is_said_in_the_runs_and_is_no_drift(synced: Copy) -> None:
    synced.world.make_failing(PARTNER, "category_id", "access")
    for _ in range(2):
        run = await synced.sync()
        assert "category_id" in run.note
        assert run.drift is None


async def test_several_fields_are_found_in_one_go(copy: Copy) -> None:
    fields = ["category_id", "comment", "display_name", "function", "phone", "vat"]
    for field in fields:
        copy.world.make_failing(PARTNER, field, "access")
    run = await copy.sync()
    assert (run.status, run.created) == ("succeeded", len(copy.world.table(PARTNER).ids))
    assert len(copy.odoo.asked) < 150
    assert [one.field for one in await failures(copy)] == fields
    assert await copy.difference() == EQUAL


async def test_one_that_recovers_is_filled_again(synced: Copy) -> None:
    synced.world.make_failing(PARTNER, "category_id", "access")
    await synced.sync()
    assert "category_id" not in await synced.data(synced.world.table(PARTNER).ids[0])
    synced.world.mend()
    synced.clock.advance(DAY)
    run = await synced.sync()
    assert (run.mode, run.note) == ("full", None)
    assert await failures(synced) == []
    assert "category_id" in await synced.data(synced.world.table(PARTNER).ids[0])
    assert await synced.difference() == EQUAL


async def test_a_full_sync_tries_it_at_once(synced: Copy) -> None:
    synced.world.make_failing(PARTNER, "category_id", "access")
    await synced.sync()
    synced.world.mend()
    await synced.sync(full=True)
    assert await failures(synced) == []
    assert "category_id" in await synced.data(synced.world.table(PARTNER).ids[0])


async def test_a_full_sync_of_one_that_still_fails_costs_two_calls_more(synced: Copy) -> None:
    await synced.sync(full=True)
    before = len(synced.odoo.asked)
    await synced.sync(full=True)
    usual = len(synced.odoo.asked) - before
    synced.world.make_failing(PARTNER, "category_id")
    await synced.sync()
    before = len(synced.odoo.asked)
    await synced.sync(full=True)
    assert len(synced.odoo.asked) - before <= usual + 2


async def test_another_login_may_be_able_to_read_it(synced: Copy) -> None:
    synced.world.make_failing(PARTNER, "category_id", "access")
    await synced.sync()
    synced.world.mend()
    async with synced.database.tenant(synced.tenant_id) as tx:
        kept = await store.get(tx, synced.connection_id)
        secret = await store.secret_of(tx, synced.key_ring, kept)
        sealed = synced.key_ring.seal(
            secret, store.sealed_for(replace(kept, odoo_username="other"))
        )
        change = {"odoo_username": "other", "sealed_secret": sealed}
        await store.update(tx, synced.connection_id, synced.clock(), **change)
    await synced.sync()
    assert await failures(synced) == []


async def test_one_that_is_selected_later_is_found_then(
    database: Database, odoo: DirectOdoo, clock: HandClock
) -> None:
    odoo.world.add_field(PARTNER, char("x_score", "Score"))
    odoo.world.make_failing(PARTNER, "x_score")
    copy = await open_copy(database, odoo, clock)
    await copy.sync()
    assert await failures(copy) == []
    await want(copy, contacts=["x_score"])
    assert (await copy.sync()).status == "succeeded"
    assert [one.field for one in await failures(copy)] == ["x_score"]
    await want(copy, contacts=[])
    await copy.sync()
    assert await failures(copy) == []


async def test_one_that_fails_on_some_rows_keeps_the_others_at_two_calls(synced: Copy) -> None:
    bad = synced.world.table(PARTNER).ids[20:30]
    usual = await calls_of_a_sync(synced)
    for row_id in bad:
        synced.world.make_unreadable(PARTNER, row_id, "category_id")
    await synced.sync()
    found = [(one.odoo_id, one.field) for one in await failures(synced)]
    assert found == [(row_id, "category_id") for row_id in bad]
    assert [await calls_of_a_sync(synced) for _ in range(3)] == [usual + 2] * 3
    synced.clock.advance(DAY)
    daily = await calls_of_a_sync(synced)
    synced.world.mend()
    await synced.sync()
    assert await failures(synced) == []
    synced.clock.advance(DAY)
    assert daily <= await calls_of_a_sync(synced) + 2
    assert await synced.difference() == EQUAL


async def test_a_run_counts_rows_that_it_did_not_try(synced: Copy) -> None:
    for row_id in synced.world.table(PARTNER).ids[20:23]:
        synced.world.make_unreadable(PARTNER, row_id, "category_id")
    for _ in range(2):
        synced.clock.advance(600)
        run = await synced.sync()
        assert (run.status, run.set_aside) == ("succeeded", 3)
        assert "3 rows" in run.note


async def test_a_row_that_is_mended_alone_is_read_when_its_turn_comes(synced: Copy) -> None:
    bad = synced.world.table(PARTNER).ids[20:24]
    for row_id in bad:
        synced.world.make_unreadable(PARTNER, row_id, "category_id")
    await synced.sync()
    del synced.world.unreadable[PARTNER][bad[2]]
    for _ in bad:
        synced.clock.advance(600)
        await synced.sync()
    assert [one.odoo_id for one in await failures(synced)] == [bad[0], bad[1], bad[3]]


async def test_a_row_that_is_mended_by_writing_it_is_read_at_once(synced: Copy) -> None:
    bad = synced.world.table(PARTNER).ids[20:24]
    for row_id in bad:
        synced.world.make_unreadable(PARTNER, row_id, "category_id")
    await synced.sync()
    synced.clock.advance(7_200)
    del synced.world.unreadable[PARTNER][bad[2]]
    synced.world.execute(PARTNER, "write", [bad[2]], {"ref": "mended"})
    await synced.sync()
    assert [one.odoo_id for one in await failures(synced)] == [bad[0], bad[1], bad[3]]


async def test_whole_rows_that_fail_cost_no_more_the_more_there_are(synced: Copy) -> None:
    ids = synced.world.table(PARTNER).ids
    synced.world.make_unreadable(PARTNER, ids[20])
    await synced.sync()
    one = await calls_of_a_sync(synced)
    for row_id in ids[21:26]:
        synced.world.make_unreadable(PARTNER, row_id)
    await synced.sync()
    assert [await calls_of_a_sync(synced) for _ in range(2)] == [one] * 2
    synced.world.mend()
    await synced.sync()
    assert await failures(synced) == []
    assert await synced.difference() == EQUAL


async def test_rows_that_failed_and_are_written_meanwhile_are_read_all_the_same(
    synced: Copy,
) -> None:
    bad = synced.world.table(PARTNER).ids[20]
    synced.world.make_unreadable(PARTNER, bad, "category_id")
    await synced.sync()
    synced.world.execute(PARTNER, "write", [bad], {"ref": "new"})
    synced.clock.advance(600)
    await synced.sync()
    assert (await synced.data(bad))["ref"] == "new"


async def test_one_that_fails_on_more_rows_than_are_set_aside_is_left_out(synced: Copy) -> None:
    for row_id in synced.world.table(PARTNER).ids[10 : 12 + narrowing.MOST_OF_A_FIELD]:
        synced.world.make_unreadable(PARTNER, row_id, "category_id")
    await synced.sync()
    (found,) = await failures(synced)
    assert (found.odoo_id, found.field) == (None, "category_id")
    synced.world.mend()
    synced.clock.advance(DAY)
    await synced.sync()
    assert await failures(synced) == []
    assert await synced.difference() == EQUAL


async def test_too_many_fields_are_a_server_that_fails(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowing, "MOST_FIELDS", 2)
    for field in ("comment", "phone", "function"):
        copy.world.make_failing(PARTNER, field, "error")
    run = await copy.sync()
    assert (run.status, run.error_code) == ("failed", "odoo_server_fault")
    assert await failures(copy) == []


async def test_a_verification_leaves_it_out_and_says_so_at_no_call_more(synced: Copy) -> None:
    synced.world.make_failing(PARTNER, "category_id")
    await synced.sync()
    before = len(synced.odoo.asked)
    run = await contacts(synced)
    assert len(synced.odoo.asked) - before < 10
    assert run.truth == 1.0
    assert "category_id" in run.note
