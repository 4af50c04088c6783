"""One row or field that Odoo fails on is set aside; the rest goes on."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Row

from integration.sync.copying import EQUAL, Copy
from odoo_sandbox import World
from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import ServerFault
from odoosync.sync.engine import narrowing
from odoosync.sync.set_aside import Fault, settle
from odoosync.sync.tables import set_aside

PARTNER = "res.partner"


@pytest.fixture
def bad(world: World) -> int:
    found: list[int] = world.execute(PARTNER, "search", [["parent_id", "!=", False]], limit=7)
    return found[-1]


async def aside(copy: Copy) -> list[Row[Any]]:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        return list(await tx.all(tx.select(set_aside).order_by(set_aside.c.odoo_id)))


async def test_a_row_that_cannot_be_read_is_set_aside_with_its_reason(copy: Copy, bad: int) -> None:
    copy.world.make_unreadable(PARTNER, bad)
    run = await copy.sync()
    total = len(copy.world.table(PARTNER).ids)
    assert (run.status, run.created) == ("succeeded", total - 1)
    assert "1 row" in run.note
    ((odoo_id, field, code),) = [(r.odoo_id, r.field, r.error_code) for r in await aside(copy)]
    assert (odoo_id, field, code) == (bad, "", "odoo_server_fault")


async def test_a_field_that_cannot_be_read_costs_only_itself(copy: Copy, bad: int) -> None:
    copy.world.make_unreadable(PARTNER, bad, "comment")
    run = await copy.sync()
    assert run.created == len(copy.world.table(PARTNER).ids)
    assert [(row.odoo_id, row.field) for row in await aside(copy)] == [(bad, "comment")]
    kept = await copy.data(bad)
    assert "comment" not in kept
    assert kept["display_name"]


async def test_a_field_that_fails_keeps_the_value_it_had(synced: Copy, bad: int) -> None:
    before = (await synced.data(bad))["comment"]
    synced.world.execute(PARTNER, "write", [bad], {"ref": "new", "comment": "unseen"})
    synced.world.make_unreadable(PARTNER, bad, "comment")
    assert (await synced.sync()).updated == 1
    kept = await synced.data(bad)
    assert (kept["ref"], kept["comment"]) == ("new", before)


@pytest.mark.parametrize("field", ["", "comment", "category_id"])
async def test_it_is_tried_again_and_forgotten_when_it_can_be_read(
    synced: Copy, bad: int, field: str
) -> None:
    synced.world.execute(PARTNER, "write", [bad], {"comment": "unseen"})
    synced.world.make_unreadable(PARTNER, bad, field)
    await synced.sync()
    synced.clock.advance(3_600)
    await synced.sync()
    assert [row.odoo_id for row in await aside(synced)] == [bad]
    synced.world.unreadable.clear()
    synced.clock.advance(3_600)
    run = await synced.sync()
    assert (run.status, run.note) == ("succeeded", None)
    assert await aside(synced) == []
    assert await synced.difference() == EQUAL


async def test_what_is_set_aside_and_then_deleted_is_forgotten(synced: Copy, bad: int) -> None:
    synced.world.make_unreadable(PARTNER, bad)
    synced.world.execute(PARTNER, "write", [bad], {"ref": "x"})
    await synced.sync()
    with synced.world.transaction() as tx:
        tx.sql_delete(PARTNER, [bad])
    await synced.sync()
    assert await aside(synced) == []
    assert await synced.difference() == EQUAL


async def test_too_many_rows_that_fail_are_a_server_that_fails(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowing, "MOST_FAULTY", 3)
    for row_id in copy.world.table(PARTNER).ids[5:15]:
        copy.world.make_unreadable(PARTNER, row_id)
    run = await copy.sync()
    assert (run.status, run.error_code) == ("failed", "odoo_server_fault")


async def test_rows_that_rest_are_not_failures_of_the_next_run(
    synced: Copy, bad: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrowing, "MOST_FAULTY", 3)
    place, now = (synced.connection_id, "contacts"), synced.clock()
    rest = [one for one in synced.world.table(PARTNER).ids if one != bad][:4]
    faults = [Fault(one, "comment", "odoo_timed_out", "It takes too long.") for one in rest]
    async with synced.database.tenant(synced.tenant_id) as tx:
        await settle(tx, *place, read=(), faults=faults, now=now)
    synced.world.execute(PARTNER, "write", [bad], {"comment": "unseen"})
    synced.world.make_unreadable(PARTNER, bad)
    run = await synced.sync()
    assert run.status == "succeeded"
    assert "1 row of" in run.note
    assert sorted(row.odoo_id for row in await aside(synced)) == sorted([*rest, bad])


async def test_a_field_that_fails_on_all_rows_is_left_out_until_it_is_mended(copy: Copy) -> None:
    for row_id in copy.world.table(PARTNER).ids:
        copy.world.make_unreadable(PARTNER, row_id, "comment")
    run = await copy.sync()
    assert run.status == "succeeded"
    assert "comment" in run.note
    assert len(await copy.rows()) == len(copy.world.table(PARTNER).ids)
    copy.world.unreadable.clear()
    copy.clock.advance(24 * 3_600)
    run = await copy.sync()
    assert (run.mode, run.drift) == ("full", None)
    assert "comment" in await copy.data(copy.world.table(PARTNER).ids[0])
    assert await copy.difference() == EQUAL
    assert await aside(copy) == []


async def test_rows_that_are_read_twice_in_a_run_count_once_against_their_field(
    synced: Copy,
) -> None:
    few = synced.world.table(PARTNER).ids[: narrowing.MOST_OF_A_FIELD]
    synced.world.execute(PARTNER, "write", few, {"ref": "new"})
    for row_id in few:
        synced.world.make_unreadable(PARTNER, row_id, "display_name")
    run = await synced.sync()
    assert (run.status, run.drift) == ("succeeded", None)


async def test_rows_of_a_server_that_answers_none_are_not_set_aside(synced: Copy) -> None:
    def before(_model: str, method: str) -> None:
        if method == "search_read":
            raise ServerFault

    synced.odoo.before = before
    assert (await synced.sync(full=True)).error_code == "odoo_server_fault"
    assert await aside(synced) == []


async def test_a_server_that_fails_altogether_is_asked_little(copy: Copy) -> None:
    def before(_model: str, method: str) -> None:
        if method in {"search", "search_read"}:
            raise ServerFault

    copy.odoo.before = before
    assert (await copy.sync()).status == "failed"
    assert len(copy.odoo.asked) < 10


@pytest.mark.parametrize("told", [[3, 2, 1], [5, 5], [7, 8, 8]])
async def test_a_search_whose_ids_do_not_go_up_fails_the_run_and_deletes_nothing(
    synced: Copy, monkeypatch: pytest.MonkeyPatch, told: list[int]
) -> None:
    async def lie(*_: object, **__: object) -> list[int]:
        return told

    monkeypatch.setattr(OdooClient, "search", lie)
    before = await synced.rows()
    run = await synced.sync()
    assert (run.status, run.error_code, run.deleted) == ("failed", "odoo_bad_answer", 0)
    assert (await synced.rows()).keys() == before.keys()


async def test_rows_that_were_not_asked_for_fail_the_run(
    synced: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = OdooClient.search_read

    async def stranger(client: OdooClient, *asked: Any, **options: Any) -> list[dict[str, Any]]:
        rows = await real(client, *asked, **options)
        return [row | {"id": row["id"] + 10_000_000} for row in rows]

    monkeypatch.setattr(OdooClient, "search_read", stranger)
    run = await synced.sync()
    assert (run.status, run.error_code) == ("failed", "odoo_bad_answer")
