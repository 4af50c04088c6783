"""Who may see and do what, and how each refusal is worded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from odoo_sandbox.people import LIMITED_GROUPS, PORTAL_GROUPS, Account
from odoo_sandbox.refusals import OdooRaised
from odoo_sandbox.world import World

LIMITED, PORTAL = 6, 7


@pytest.fixture(autouse=True)
def people(each: World) -> None:
    for uid, groups in ((LIMITED, LIMITED_GROUPS), (PORTAL, PORTAL_GROUPS)):
        partner = each.execute("res.partner", "create", {"name": f"User {uid}"})
        each.add_user(Account(uid, f"user{uid}", "secret", partner, groups, f"User {uid}"))


def refusal(world: World, *call: Any, uid: int = LIMITED) -> OdooRaised:
    with pytest.raises(OdooRaised) as caught:
        world.execute(*call, uid=uid)
    return caught.value


def test_a_limited_user_reads_contacts_but_may_not_create_them(each: World) -> None:
    assert each.execute("res.partner", "search_count", [], uid=LIMITED) > 0
    refused = refusal(each, "res.partner", "create", {"name": "x"})
    assert refused.name == "odoo.exceptions.AccessError"
    assert each.release.contact_creation_group in refused.message


def test_a_rule_hides_rows_from_search_and_count(each: World) -> None:
    row_id = each.execute("res.partner", "create", {"name": "Secret"})
    each.add_rule("res.partner", [["id", "!=", row_id]], uids=[LIMITED])
    domain = [["name", "=", "Secret"]]
    assert each.execute("res.partner", "search_count", domain) == 1
    assert each.execute("res.partner", "search_count", domain, uid=LIMITED) == 0


def test_reading_a_hidden_row_by_id_is_an_access_error(each: World) -> None:
    row_id = each.execute("res.partner", "create", {"name": "Secret"})
    each.add_rule("res.partner", [["id", "!=", row_id]], uids=[LIMITED])
    refused = refusal(each, "res.partner", "read", [3, row_id], ["name"])
    assert refused.name == "odoo.exceptions.AccessError"
    head = "Due to security" if each.release.major == 16 else "Uh-oh! Looks like"
    assert refused.message.startswith(head)


def test_reading_a_deleted_row_by_id_answers_an_empty_list(each: World) -> None:
    row_id = each.execute("res.partner", "create", {"name": "Gone"})
    each.execute("res.partner", "unlink", [row_id])
    assert each.execute("res.partner", "read", [row_id], ["name"], uid=LIMITED) == []


def test_a_rule_that_is_taken_back_shows_the_rows_again(each: World) -> None:
    rule = each.add_rule("res.partner", [["id", "=", 0]], uids=[LIMITED])
    assert each.execute("res.partner", "search", [], uid=LIMITED) == []
    each.remove_rule(rule)
    assert each.execute("res.partner", "search", [], uid=LIMITED)


def test_a_portal_user_may_not_read_products(each: World) -> None:
    refused = refusal(each, "product.template", "search_read", [], ["name"], uid=PORTAL)
    assert refused.message.startswith("You are not allowed to access 'Product'")


def test_a_portal_user_is_marked_as_share(each: World) -> None:
    (row,) = each.execute("res.users", "read", [PORTAL], ["share"])
    assert row["share"] is True


def test_a_field_of_a_group_is_not_there_for_others(each: World) -> None:
    told = each.execute("res.partner", "fields_get", ["name", "write_date"], uid=LIMITED)
    assert "name" in told
    costs = each.execute("product.product", "fields_get", ["standard_price"], uid=PORTAL)
    assert costs == {}


def test_the_uuid_of_the_database_is_not_for_ordinary_users(each: World) -> None:
    refused = refusal(each, "ir.config_parameter", "search_read", [])
    assert "System Parameter" in refused.message


def test_an_expired_key_opens_nothing(each: World, clock: Any) -> None:
    each.add_key("user6", "key", expires=clock() + timedelta(days=1))
    account = each.accounts[LIMITED]
    assert account.accepts("key", clock())
    clock.advance(86_400)
    assert not account.accepts("key", clock())


def test_with_a_second_factor_only_a_key_opens(each: World, clock: Any) -> None:
    account = each.accounts[LIMITED]
    account.two_factor = True
    each.add_key("user6", "key")
    assert [account.accepts(secret, clock()) for secret in ("secret", "key")] == [False, True]


def test_rows_of_another_company_are_hidden(each: World) -> None:
    other = each.execute(
        "res.company", "create", {"name": "Other", "partner_id": 1, "currency_id": 1}
    )
    row_id = each.execute("res.partner", "create", {"name": "Theirs", "company_id": other})
    assert each.execute("res.partner", "search", [["id", "=", row_id]]) == []
    each.accounts[2].companies = (1, other)
    assert each.execute("res.partner", "search", [["id", "=", row_id]]) == [row_id]


def test_a_company_that_is_not_yours_is_refused(each: World) -> None:
    with pytest.raises(OdooRaised, match="unauthorized or invalid companies"):
        each.execute("res.partner", "search", [], context={"allowed_company_ids": [99]})
