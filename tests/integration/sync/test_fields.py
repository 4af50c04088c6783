"""Fields and values that are not as one would like: absent, odd, computed, translated."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sync.copying import EQUAL, Copy, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from odoo_sandbox import World
from odoo_sandbox.fields import Field, char, many2one
from odoosync.connections import store
from odoosync.db import Database
from odoosync.odoo.errors import AccessRefused, ServerFault
from odoosync.store.tables import labels

PARTNER = "res.partner"


async def opened(
    database: Database, odoo: DirectOdoo, clock: HandClock, **extra_fields: list[str]
) -> Copy:
    wanted = {name.replace("every", "*"): fields for name, fields in extra_fields.items()}
    return await open_copy(database, odoo, clock, extra_fields=wanted)


async def names(copy: Copy, model: str) -> dict[int, str]:
    """What many2one values that point to a model are shown as."""
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        found = await tx.all(tx.select(labels).where(labels.c.model == model))
    return {row.odoo_id: row.name for row in found}


def one_with(world: World, field: str) -> int:
    found: list[int] = world.execute(PARTNER, "search", [[field, "!=", False]], limit=1)
    return found[0]


async def test_extra_fields_are_kept_and_absent_ones_are_drift(
    database: Database, odoo: DirectOdoo, clock: HandClock
) -> None:
    odoo.world.add_field(PARTNER, char("x_loyalty", "Loyalty"))
    copy = await opened(database, odoo, clock, contacts=["x_loyalty", "x_nowhere"])
    run = await copy.sync()
    assert run.drift == ["x_nowhere"]
    assert "x_loyalty" in (await copy.data(one_with(odoo.world, "parent_id")))


async def test_names_with_capitals_are_fields_of_their_own(
    database: Database, odoo: DirectOdoo, clock: HandClock
) -> None:
    studio, person = "x_studio_many2one_field_RZnWk", one_with(odoo.world, "parent_id")
    odoo.world.add_field(PARTNER, many2one(studio, "Studio", "res.country"))
    for name in ("x_Level", "x_level", "x_price$", "größe"):
        odoo.world.add_field(PARTNER, char(name, name))
    values = {studio: 7, "x_Level": "High", "x_level": "low", "x_price$": "8", "größe": "groß"}
    odoo.world.execute(PARTNER, "write", [person], values)
    copy = await opened(database, odoo, clock, contacts=list(values))
    assert (await copy.sync()).drift is None
    kept = await copy.data(person)
    assert {name: kept[name] for name in values} == values
    assert await copy.difference() == EQUAL


@pytest.mark.parametrize("first", ["contacts", "products"])
async def test_a_field_for_all_datasets_is_no_drift_where_another_has_it(
    database: Database, odoo: DirectOdoo, clock: HandClock, first: str
) -> None:
    odoo.world.add_field(PARTNER, char("x_loyalty", "Loyalty"))
    copy = await opened(database, odoo, clock, every=["x_loyalty", "x_nowhere"])
    for dataset in dict.fromkeys((first, "product_variants", "contacts", "products")):
        assert (await copy.sync(dataset)).drift == ["x_nowhere"]


async def test_a_new_extra_field_makes_a_full_pass_that_fills_it(
    synced: Copy, world: World
) -> None:
    (person,) = world.execute(PARTNER, "search", [["parent_id", "!=", False]], limit=1)
    world.execute(PARTNER, "write", [person], {"company_registry": "CHE-1"})
    await synced.sync()
    synced.clock.advance(3_600)
    await want(synced, contacts=["company_registry"])
    run = await synced.sync()
    assert run.mode == "full"
    assert (await synced.data(person))["company_registry"] == "CHE-1"


async def want(copy: Copy, **extra_fields: list[str]) -> None:
    async with copy.database.tenant(copy.tenant_id) as tx:
        now = copy.clock()
        await store.update(tx, copy.connection_id, now, extra_fields=extra_fields)


async def test_images_come_only_when_asked_for_and_are_not_read_again_each_time(
    database: Database, odoo: DirectOdoo, clock: HandClock
) -> None:
    copy = await opened(database, odoo, clock, product_variants=["image_1920"])
    (variant,) = odoo.world.execute("product.product", "search", [], limit=1)
    odoo.world.execute("product.product", "write", [variant], {"image_1920": "aGFsbG8="})
    await copy.sync("product_variants")
    assert (await copy.data(variant, "product_variants"))["image_1920"] == "aGFsbG8="
    clock.advance(600)
    odoo.payloads.clear()
    await copy.sync("product_variants")
    read = [one["fields"] for one in odoo.payloads if "fields" in one]
    assert [fields for fields in read if "image_1920" in fields and "name" not in fields] == []


@pytest.mark.parametrize(
    ("kind", "stored", "kept"),
    [
        ("many2one_reference", 7, 7),
        ("reference", "res.partner,7", "res.partner,7"),
        ("reference", False, None),
        ("monetary", 0.0, 0.0),
        ("json", {"a": [1, None]}, {"a": [1, None]}),
        ("html", "<p>a\x00b</p>", "<p>ab</p>"),
        ("integer", 2**31 - 1, 2**31 - 1),
        ("float", float("nan"), None),
        ("monetary", float("-inf"), None),
        ("date", "1-01-01", "0001-01-01"),
        ("datetime", -62135596800_000_000, "0001-01-01T00:00:00Z"),
        ("datetime", 253402300799_000_000, "9999-12-31T23:59:59Z"),
    ],
)
async def test_odd_types_are_kept_as_they_are(
    database: Database, odoo: DirectOdoo, clock: HandClock, kind: str, stored: Any, kept: Any
) -> None:
    odoo.world.add_field(PARTNER, Field("x_odd", kind, "Odd"))
    person = one_with(odoo.world, "parent_id")
    with odoo.world.transaction() as tx:
        tx.update(PARTNER, [person], {"x_odd": stored})
    copy = await opened(database, odoo, clock, contacts=["x_odd"])
    assert (await copy.sync()).status == "succeeded"
    assert (await copy.data(person))["x_odd"] == kept


async def test_ids_below_zero_and_beyond_32_bits_are_rows_like_others(
    copy: Copy, world: World
) -> None:
    values = {"name": "Odd", "complete_name": "Odd", "active": True, "type": "contact"}
    with world.transaction() as tx:
        for row_id in (-5, 0, 2**40):
            tx.insert(PARTNER, values, row_id=row_id)
    await copy.sync()
    assert (await copy.sync()).deleted == 0
    assert await copy.difference() == EQUAL
    with world.transaction() as tx:
        tx.sql_delete(PARTNER, [-5, 0, 2**40])
    assert (await copy.sync()).deleted == 3


async def test_a_target_without_a_name_is_asked_for_once(copy: Copy, world: World) -> None:
    person = one_with(world, "country_id")
    country = world.table(PARTNER).rows[person][world.table(PARTNER).at["country_id"]]
    with world.transaction() as tx:
        tx.sql_update("res.country", [country], name=False)
    await copy.sync()
    assert (await names(copy, "res.country"))[country] == ""


async def test_a_target_that_the_login_may_not_read_still_has_its_name(
    copy: Copy, world: World
) -> None:
    world.add_rule("res.country", [("id", "=", 0)], uids=[2])
    await copy.sync()
    assert all((await names(copy, "res.country")).values())
    assert await names(copy, "res.country")


@pytest.mark.parametrize("error", [ServerFault(), AccessRefused(PARTNER)])
async def test_names_that_cannot_be_had_fail_no_run(copy: Copy, error: Exception) -> None:
    calls = 0

    def before(_model: str, method: str) -> None:
        nonlocal calls
        calls += method == "search_read"
        if method == "search_read" and calls == 2:
            raise error

    copy.odoo.before = before
    assert (await copy.sync()).status == "succeeded"
    assert await copy.difference() == EQUAL


async def test_a_bearer_that_goes_before_its_names_are_asked_for_fails_no_run(
    copy: Copy, world: World
) -> None:
    calls = 0
    person = one_with(world, "parent_id")

    def before(_model: str, method: str) -> None:
        nonlocal calls
        calls += method == "search_read"
        if method == "search_read" and calls == 2:
            with world.transaction() as tx:
                tx.sql_delete(PARTNER, [person])

    copy.odoo.before = before
    assert (await copy.sync()).status == "succeeded"
    assert await copy.difference() == EQUAL


async def test_a_renamed_target_is_renamed_within_a_day(synced: Copy, world: World) -> None:
    country = next(iter(await names(synced, "res.country")))
    with world.transaction() as tx:
        tx.sql_update("res.country", [country], name="Elsewhere")
    synced.clock.advance(25 * 3_600)
    await synced.sync()
    assert (await names(synced, "res.country"))[country] == "Elsewhere"


async def test_a_full_sync_names_targets_anew(synced: Copy, world: World) -> None:
    country = next(iter(await names(synced, "res.country")))
    with world.transaction() as tx:
        tx.sql_update("res.country", [country], name="Elsewhere")
    await synced.sync(full=True)
    assert (await names(synced, "res.country"))[country] == "Elsewhere"


async def test_a_model_without_dates_is_read_whole_each_time(copy: Copy, world: World) -> None:
    table = world.table(PARTNER)
    logged = {"write_date", "create_date", "write_uid", "create_uid"}
    fields = {name: field for name, field in table.model.fields.items() if name not in logged}
    slots = {slot: getattr(table.model, slot) for slot in table.model.__slots__}
    table.model = type(table.model)(**slots | {"fields": fields})
    await copy.sync()
    with world.transaction() as tx:
        tx.sql_update(PARTNER, [one_with(world, "parent_id")], ref="undated")
    copy.clock.advance(3_600)
    run = await copy.sync()
    assert (run.mode, run.updated) == ("full", 1)
    assert await copy.difference() == EQUAL


async def test_a_server_that_ignores_the_order_is_not_believed(copy: Copy, world: World) -> None:
    world.table(PARTNER).ids.reverse()
    run = await copy.sync()
    assert (run.status, run.error_code) == ("failed", "odoo_bad_answer")
