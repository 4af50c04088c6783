"""How `write_date` is compared and ordered, version by version."""

from __future__ import annotations

from typing import Any

import pytest

from odoo_sandbox.world import World

NOON = "2026-03-01 12:00:00"


def found(world: World, row_id: int, operator: str, value: str) -> bool:
    domain = [["id", "=", row_id], ["write_date", operator, value]]
    return bool(world.execute("res.partner", "search_count", domain))


@pytest.fixture
def row_id(each: World) -> int:
    """Written a quarter of a second after noon."""
    made: int = each.execute("res.partner", "create", {"name": "Ada"})
    return made


def test_greater_than_a_second_returns_it_again_up_to_18(each: World, row_id: int) -> None:
    assert found(each, row_id, ">", NOON) is (each.release.major < 19)


def test_equal_to_a_second_matches_it_from_19_on(each: World, row_id: int) -> None:
    assert found(each, row_id, "=", NOON) is (each.release.major == 19)


def test_at_most_a_second_includes_it_from_19_on(each: World, row_id: int) -> None:
    assert found(each, row_id, "<=", NOON) is (each.release.major == 19)


def test_at_least_a_second_includes_it_on_all(each: World, row_id: int) -> None:
    assert found(each, row_id, ">=", NOON)


def test_a_date_alone_means_its_whole_day(each: World, row_id: int) -> None:
    answers = [found(each, row_id, sign, "2026-03-01") for sign in (">", "<=", ">=", "<")]
    assert answers == [False, True, True, False]


def test_the_order_is_by_microseconds_that_nobody_sees(each: World, clock: Any) -> None:
    late = each.execute("res.partner", "create", {"name": "Late"})
    clock.advance(-0.1)
    early = each.execute("res.partner", "create", {"name": "Early"})
    domain, order = [["id", "in", [late, early]]], "write_date, id"
    rows = each.execute("res.partner", "search_read", domain, ["write_date"], order=order)
    assert [row["id"] for row in rows] == [early, late]
    assert {row["write_date"] for row in rows} == {NOON}
