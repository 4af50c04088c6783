"""Rows that Odoo leaves out of a page without a word, for a field of theirs asks for what is gone.

A computed field that meets a MissingError does that: the call succeeds, and the row is not in it.
"""

from __future__ import annotations

import pytest
from sqlalchemy import Row

from integration.sync.copying import EQUAL, Copy
from integration.sync.test_failing_fields import DAY, calls_of_a_sync, failures
from odoosync.odoo.errors import RowLeftOut
from odoosync.sync import pace

PARTNER = "res.partner"
FIELDS = pytest.mark.parametrize("field", ["phone", "category_id"])


def all_ids(copy: Copy) -> list[int]:
    return list(copy.world.table(PARTNER).ids)


async def told(copy: Copy) -> list[tuple[int | None, str, str]]:
    def short(found: Row[object]) -> tuple[int | None, str, str]:
        return found.odoo_id, found.field, found.error_code

    return [short(found) for found in await failures(copy)]


@FIELDS
async def test_a_field_that_leaves_all_rows_out_is_left_out_itself(copy: Copy, field: str) -> None:
    copy.world.make_dangling(PARTNER, field, all_ids(copy))
    run = await copy.sync()
    assert (run.status, run.created) == ("succeeded", len(all_ids(copy)))
    assert await told(copy) == [(None, field, RowLeftOut.code)]
    assert field in run.note
    assert await copy.difference() == EQUAL


@FIELDS
async def test_one_that_begins_to_do_so_leaves_no_row_stale(synced: Copy, field: str) -> None:
    synced.world.make_dangling(PARTNER, field, all_ids(synced))
    renamed = all_ids(synced)[-1]
    synced.world.execute(PARTNER, "write", [renamed], {"name": "Renamed"})
    await synced.sync()
    assert (await synced.data(renamed))["name"] == "Renamed"
    assert await told(synced) == [(None, field, RowLeftOut.code)]


@FIELDS
async def test_a_row_that_is_left_out_does_not_end_the_pages(
    copy: Copy, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "FIRST", 4)
    left_out = all_ids(copy)[1]
    copy.world.make_dangling(PARTNER, field, [left_out])
    run = await copy.sync()
    assert (run.status, run.created) == ("succeeded", len(all_ids(copy)))
    assert await told(copy) == [(left_out, field, RowLeftOut.code)]
    assert field not in await copy.data(left_out)
    assert field in await copy.data(all_ids(copy)[2])


async def test_an_unchanged_sync_costs_no_call_more_once_the_field_was_found(synced: Copy) -> None:
    usual = await calls_of_a_sync(synced)
    synced.world.make_dangling(PARTNER, "category_id", all_ids(synced))
    assert await calls_of_a_sync(synced) < 60
    assert [await calls_of_a_sync(synced) for _ in range(3)] == [usual] * 3


async def test_it_is_tried_again_once_a_day(synced: Copy) -> None:
    synced.world.make_dangling(PARTNER, "category_id", all_ids(synced))
    await synced.sync()
    synced.clock.advance(DAY)
    assert (await synced.sync()).mode == "incremental"
    assert await told(synced) == [(None, "category_id", RowLeftOut.code)]
    synced.world.mend()
    synced.clock.advance(DAY)
    await synced.sync()
    assert await told(synced) == []
    assert await synced.difference() == EQUAL


async def test_a_row_that_is_deleted_meanwhile_is_no_fault(synced: Copy) -> None:
    gone = all_ids(synced)[-1]
    synced.world.execute(PARTNER, "unlink", [gone])
    run = await synced.sync()
    assert (run.deleted, run.set_aside, run.note) == (1, 0, None)
    assert await told(synced) == []
