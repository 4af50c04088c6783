"""How values come out: nulls, names, languages, companies, archived rows, fields by version."""

from __future__ import annotations

from typing import Any

import pytest

from odoo_sandbox.fields import char, integer
from odoo_sandbox.refusals import OdooRaised
from odoo_sandbox.world import World


def one(world: World, model: str, row_id: int, field: str, **how: Any) -> Any:
    (row,) = world.execute(model, "read", [row_id], [field], **how)
    return row[field]


def test_an_empty_field_is_false(world: World) -> None:
    assert one(world, "res.partner", 1, "phone") is False


def test_a_cleared_field_is_false_again(world: World) -> None:
    world.execute("res.partner", "write", [1], {"phone": "1"})
    world.execute("res.partner", "write", [1], {"phone": False})
    assert one(world, "res.partner", 1, "phone") is False


def test_a_many2one_carries_its_name_unless_told_otherwise(each: World) -> None:
    row_id = each.execute("res.partner", "create", {"name": "Ada", "parent_id": 1})
    assert one(each, "res.partner", row_id, "parent_id") == [1, "YourCompany"]
    assert one(each, "res.partner", row_id, "parent_id", load=None) == 1


def test_archived_rows_are_found_only_when_asked_for(world: World) -> None:
    row_id = world.execute("res.partner", "create", {"name": "Ada", "active": False})
    domain = [["id", "=", row_id]]
    assert world.execute("res.partner", "search", domain) == []
    assert world.execute("res.partner", "search", domain, context={"active_test": False})
    assert world.execute("res.partner", "search", [*domain, ["active", "in", [True, False]]])


def test_archived_tags_are_left_out_too(world: World) -> None:
    tag = world.execute("res.partner.category", "create", {"name": "Old", "active": False})
    world.execute("res.partner", "write", [1], {"category_id": [[4, tag]]})
    assert one(world, "res.partner", 1, "category_id") == []
    assert one(world, "res.partner", 1, "category_id", context={"active_test": False}) == [tag]


def test_a_name_is_kept_for_each_language(world: World) -> None:
    row_id = world.execute("product.template", "create", {"name": "Chair"})
    french = {"lang": "fr_FR"}
    language = world.execute("res.lang", "search", [["code", "=", "fr_FR"], ["active", "=", False]])
    world.execute("res.lang", "write", language, {"active": True})
    world.execute("product.template", "write", [row_id], {"name": "Chaise"}, context=french)
    assert one(world, "product.template", row_id, "name") == "Chair"
    assert one(world, "product.template", row_id, "name", context=french) == "Chaise"


def test_a_cost_is_kept_for_each_company(world: World) -> None:
    other = world.execute(
        "res.company", "create", {"name": "Other", "partner_id": 1, "currency_id": 1}
    )
    world.accounts[2].companies = (1, other)
    row_id = world.execute("product.product", "create", {"name": "Chair", "standard_price": 5})
    context = {"allowed_company_ids": [other]}
    world.execute("product.product", "write", [row_id], {"standard_price": 7}, context=context)
    assert one(world, "product.product", row_id, "standard_price") == 5.0
    assert one(world, "product.product", row_id, "standard_price", context=context) == 7.0


@pytest.mark.parametrize(
    ("model", "field", "versions"),
    [
        ("res.partner", "mobile", {16, 17, 18}),
        ("res.partner", "title", {16, 17, 18}),
        ("res.partner", "complete_name", {17, 18, 19}),
        ("product.template", "uom_po_id", {16, 17, 18}),
        ("product.template", "detailed_type", {16, 17}),
    ],
)
def test_fields_come_and_go_with_versions(
    each: World, model: str, field: str, versions: set[int]
) -> None:
    told = each.execute(model, "fields_get", [field])
    assert bool(told) is (each.release.major in versions)


def test_a_field_that_is_not_there_fails_the_whole_call(world: World) -> None:
    with pytest.raises(OdooRaised, match=r"Invalid field 'mobile' on 'res\.partner'"):
        world.execute("res.partner", "search_read", [], ["name", "mobile"])


def test_a_custom_field_is_there_for_old_rows_as_well(world: World) -> None:
    world.add_field("res.partner", char("x_nick", "Nick", manual=True))
    world.add_field("res.partner", integer("x_points", "Points", manual=True))
    world.execute("res.partner", "write", [1], {"x_nick": "Yo"})
    (row,) = world.execute("res.partner", "read", [1], ["x_nick", "x_points"])
    assert (row["x_nick"], row["x_points"]) == ("Yo", 0)


def test_one_unreadable_row_fails_its_page(world: World) -> None:
    world.make_unreadable("res.partner", 3, "email")
    assert world.execute("res.partner", "search_read", [], ["name"])
    with pytest.raises(OdooRaised, match="Expected singleton"):
        world.execute("res.partner", "search_read", [], ["name", "email"])


def test_count_and_sum_of_ids_come_in_one_call(each: World) -> None:
    ids = each.execute("res.partner", "search", [])
    if each.release.major == 19:
        wanted = ["__count", "id:sum"]
        (told,) = each.execute("res.partner", "formatted_read_group", [], [], wanted)
        assert (told["__count"], told["id:sum"]) == (len(ids), sum(ids))
    (told,) = each.execute("res.partner", "read_group", [], ["id:sum"], [])
    assert (told["__count"], told["id"]) == (len(ids), sum(ids))


def test_methods_that_begin_with_an_underscore_are_private(each: World) -> None:
    with pytest.raises(OdooRaised, match="Private methods"):
        each.execute("res.partner", "_write", [1], {})
