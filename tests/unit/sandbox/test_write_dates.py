"""Who gets a new `write_date` when something else changes: seen on running 16, 18 and 19."""

from __future__ import annotations

from typing import Any

import pytest

from odoo_sandbox.world import World

PARTNER, TEMPLATE, VARIANT = "res.partner", "product.template", "product.product"


def stamps(world: World, model: str, ids: list[int]) -> list[str]:
    return [row["write_date"] for row in world.execute(model, "read", ids, ["write_date"])]


def bumped(world: World, clock: Any, watched: tuple[str, list[int]], *write: Any) -> list[bool]:
    """Which of the watched rows a later write gives a new stamp."""
    before = stamps(world, *watched)
    clock.advance(10)
    world.execute(*write)
    return [old != new for old, new in zip(before, stamps(world, *watched), strict=True)]


def family(world: World) -> list[int]:
    """A company, its employee, its invoice address and its subsidiary."""
    company: int = world.execute(PARTNER, "create", {"name": "Co", "is_company": True})
    below = [
        {"name": "Ada", "parent_id": company},
        {"name": "Bills", "parent_id": company, "type": "invoice"},
        {"name": "Sub", "parent_id": company, "is_company": True},
    ]
    return [company, *world.execute(PARTNER, "create", below)]


def product(world: World) -> tuple[int, int]:
    template = world.execute(TEMPLATE, "create", {"name": "Desk", "default_code": "D1"})
    (variant,) = world.execute(VARIANT, "search", [["product_tmpl_id", "=", template]])
    return template, variant


def test_a_tag_given_from_its_own_side_bumps_no_partner(each: World, clock: Any) -> None:
    rows = family(each)
    tag = each.execute("res.partner.category", "create", {"name": "VIP"})
    command = {"partner_ids": [[4, rows[1]]]}
    watched = (PARTNER, [rows[1]])
    assert bumped(each, clock, watched, "res.partner.category", "write", [tag], command) == [False]
    (row,) = each.execute(PARTNER, "read", [rows[1]], ["category_id"])
    assert row["category_id"] == [tag]


def test_unlinking_a_tag_bumps_no_partner(each: World, clock: Any) -> None:
    tag = each.execute("res.partner.category", "create", {"name": "VIP"})
    row_id = each.execute(PARTNER, "create", {"name": "Ada", "category_id": [[6, 0, [tag]]]})
    watched = (PARTNER, [row_id])
    assert bumped(each, clock, watched, "res.partner.category", "unlink", [tag]) == [False]
    assert each.execute(PARTNER, "read", [row_id], ["category_id"])[0]["category_id"] == []


def test_a_renamed_company_bumps_the_people_that_carry_its_name(each: World, clock: Any) -> None:
    rows = family(each)
    write = (PARTNER, "write", [rows[0]], {"name": "Co 2"})
    assert bumped(each, clock, (PARTNER, rows), *write) == [True, True, True, False]


@pytest.mark.parametrize(("version", "rows_bumped"), [(16, 1), (18, 3), (19, 3)])
def test_any_write_to_a_company_bumps_its_people_from_18_on(
    version: int, rows_bumped: int, clock: Any
) -> None:
    world = World(version, clock=clock)
    rows = family(world)
    write = (PARTNER, "write", [rows[0]], {"comment": "<p>x</p>"})
    assert sum(bumped(world, clock, (PARTNER, rows), *write)) == rows_bumped


def test_an_address_flows_down_to_contacts_and_from_19_up_to_the_company(each: World) -> None:
    rows = family(each)
    each.execute(PARTNER, "write", [rows[0]], {"city": "Bern"})
    each.execute(PARTNER, "write", [rows[1]], {"city": "Olten"})
    cities = [row["city"] for row in each.execute(PARTNER, "read", rows, ["city"])]
    expected = "Olten" if each.release.major == 19 else "Bern"
    assert cities == [expected, "Olten", False, expected]


def test_the_orphans_of_a_deleted_company_are_renamed_and_bumped(each: World, clock: Any) -> None:
    rows = family(each)
    assert bumped(each, clock, (PARTNER, [rows[1]]), PARTNER, "unlink", [rows[0]]) == [True]
    (row,) = each.execute(PARTNER, "read", [rows[1]], ["display_name", "parent_id"])
    assert (row["display_name"], row["parent_id"]) == ("Ada", False)


@pytest.mark.parametrize("field", ["default_code", "weight", "name"])
def test_what_a_template_keeps_of_its_variant_bumps_it(each: World, clock: Any, field: str) -> None:
    template, variant = product(each)
    write = (VARIANT, "write", [variant], {field: 3})
    assert bumped(each, clock, (TEMPLATE, [template]), *write) == [True]


@pytest.mark.parametrize("field", ["standard_price", "barcode", "active"])
def test_what_a_template_only_shows_of_its_variant_does_not_bump_it(
    each: World, clock: Any, field: str
) -> None:
    template, variant = product(each)
    write = (VARIANT, "write", [variant], {field: 0})
    assert bumped(each, clock, (TEMPLATE, [template]), *write) == [False]


def test_a_template_shows_the_cost_and_barcode_of_its_variant(each: World) -> None:
    template, variant = product(each)
    each.execute(VARIANT, "write", [variant], {"standard_price": 7, "barcode": "123"})
    (row,) = each.execute(TEMPLATE, "read", [template], ["standard_price", "barcode"])
    assert (row["standard_price"], row["barcode"]) == (7.0, "123")


def test_a_write_to_a_template_bumps_its_variants_except_on_16(each: World, clock: Any) -> None:
    template, variant = product(each)
    write = (TEMPLATE, "write", [template], {"list_price": 5})
    assert bumped(each, clock, (VARIANT, [variant]), *write) == [each.release.major > 16]
    assert each.execute(VARIANT, "read", [variant], ["list_price"])[0]["list_price"] == 5.0


def test_archiving_a_template_archives_its_variants(each: World) -> None:
    template, variant = product(each)
    each.execute(TEMPLATE, "write", [template], {"active": False})
    assert each.execute(VARIANT, "read", [variant], ["active"])[0]["active"] is False


def test_a_template_goes_with_its_last_variant(each: World) -> None:
    template, variant = product(each)
    each.execute(VARIANT, "unlink", [variant])
    assert each.execute(TEMPLATE, "read", [template], ["name"]) == []
