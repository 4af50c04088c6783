"""Seeded worlds: the same for the same seed, varied, and all in the past."""

from __future__ import annotations

from typing import Any

import pytest

from odoo_sandbox.seeding import ADMIN_KEY, seed_world
from odoo_sandbox.world import World

EVERYTHING: dict[str, Any] = {"active_test": False}


@pytest.fixture(params=[16, 17, 18, 19])
def seeded(request: pytest.FixtureRequest, clock: Any) -> World:
    return seed_world(request.param, 300, 60, 7, clock=clock)


def count(world: World, model: str, *domain: Any) -> int:
    found: int = world.execute(model, "search_count", list(domain), context=EVERYTHING)
    return found


def test_it_holds_as_many_as_were_asked_for(seeded: World) -> None:
    assert count(seeded, "res.partner", ["create_uid", "=", 2], ["type", "!=", False]) >= 300
    assert count(seeded, "product.template") == 60
    assert count(seeded, "product.product") > 60


def test_the_same_seed_makes_the_same_rows(clock: Any) -> None:
    first, second = (seed_world(19, 50, 10, 3, clock=clock) for _ in range(2))
    assert first.table("res.partner").rows == second.table("res.partner").rows
    assert first.table("product.product").rows == second.table("product.product").rows


def test_every_row_was_written_before_now(seeded: World) -> None:
    now = seeded.now().strftime("%Y-%m-%d %H:%M:%S")
    assert count(seeded, "res.partner", ["write_date", ">=", now]) == 0
    assert count(seeded, "product.product", ["write_date", ">=", now]) == 0


@pytest.mark.parametrize(
    "condition",
    [
        ["active", "=", False],
        ["parent_id", "!=", False],
        ["is_company", "=", True],
        ["category_id", "!=", False],
        ["state_id", "!=", False],
        ["country_id", "=", False],
        ["comment", "ilike", "<b>"],
        ["name", "ilike", "ü"],
        ["email", "=", False],
    ],
)
def test_contacts_come_in_all_kinds(seeded: World, condition: list[Any]) -> None:
    assert count(seeded, "res.partner", condition) > 0


def test_imports_share_one_stamp(seeded: World) -> None:
    table = seeded.table("res.partner")
    stamps = [row[table.at["write_date"]] for row in table.rows.values()]
    assert max(stamps.count(one) for one in set(stamps)) > 50


def test_logins_and_the_key_open(seeded: World, clock: Any) -> None:
    for login in ("admin", "limited", "portal"):
        account = seeded.account_of(login)
        assert account is not None
        assert account.accepts(login, clock())
    admin = seeded.account_of("admin")
    assert admin is not None
    assert admin.has_key(ADMIN_KEY, clock())


def test_every_link_points_at_something(seeded: World) -> None:
    fields = ["parent_id", "country_id", "state_id"]
    for row in seeded.execute("res.partner", "search_read", [], fields, context=EVERYTHING):
        assert all(row[field] is False or row[field][1] for field in fields)
