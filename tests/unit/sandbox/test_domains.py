"""Domains against a naive evaluation, and the shapes that servers were seen to treat oddly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo_sandbox.refusals import OdooRaised
from odoo_sandbox.world import World

TEXTS = ["Ada", "ada", "Bo", "a_b", "100%", "Zoë"]
PEOPLE: list[dict[str, Any]] = [
    {"name": name, "city": city, "color": color, "is_company": color % 2 == 0}
    for color, (name, city) in enumerate(
        (name, city) for name in TEXTS for city in (False, "Ada", "Zoë")
    )
]


@cache
def world_of(version: int) -> tuple[World, list[int]]:
    world = World(version, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
    return world, world.execute("res.partner", "create", PEOPLE)


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda kept, value: kept == value,
    "!=": lambda kept, value: kept != value,
    "in": lambda kept, value: kept in value,
    "not in": lambda kept, value: kept not in value,
    "like": lambda kept, value: kept is not False and value in kept,
    "not like": lambda kept, value: kept is False or value not in kept,
    "ilike": lambda kept, value: kept is not False and value.lower() in kept.lower(),
    "not ilike": lambda kept, value: kept is False or value.lower() not in kept.lower(),
}
plain_texts = st.sampled_from(["Ada", "ada", "Bo", "Zoë", "d"])
leaves = st.one_of(
    st.tuples(st.sampled_from(["name", "city"]), st.sampled_from(["=", "!="]), plain_texts),
    st.tuples(st.just("city"), st.sampled_from(["=", "!="]), st.just(value=False)),
    st.tuples(
        st.sampled_from(["name", "city"]),
        st.sampled_from(["in", "not in"]),
        st.lists(plain_texts, min_size=1, max_size=3),
    ),
    st.tuples(
        st.sampled_from(["name", "city"]),
        st.sampled_from(["like", "not like", "ilike", "not ilike"]),
        plain_texts,
    ),
    st.tuples(st.just("is_company"), st.sampled_from(["=", "!="]), st.booleans()),
)
trees = st.recursive(
    leaves.map(lambda leaf: [list(leaf)]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["&", "|"]), inner, inner).map(lambda t: [t[0], *t[1], *t[2]]),
        inner.map(lambda tree: ["!", *tree]),
    ),
    max_leaves=6,
)


def naive(domain: list[Any], row: dict[str, Any]) -> bool:
    """Evaluate one prefix expression from its end."""
    stack: list[bool] = []
    for term in reversed(domain):
        if term == "!":
            stack.append(not stack.pop())
        elif term in ("&", "|"):
            first, second = stack.pop(), stack.pop()
            stack.append(first and second if term == "&" else first or second)
        else:
            field, operator, value = term
            stack.append(COMPARE[operator](row[field], value))
    return all(stack)


@given(domain=trees, version=st.sampled_from([16, 17, 18, 19]))
def test_a_domain_matches_what_a_naive_evaluation_matches(domain: list[Any], version: int) -> None:
    world, ids = world_of(version)
    found = world.execute("res.partner", "search", [["id", "in", ids], *domain], order="id")
    expected = [one for one, row in zip(ids, PEOPLE, strict=True) if naive(domain, row)]
    assert found == expected


@given(
    low=st.integers(0, 30),
    high=st.integers(0, 30),
    signs=st.tuples(st.sampled_from([">", ">="]), st.sampled_from(["<", "<="])),
    limit=st.integers(1, 10),
)
def test_bounds_on_the_id_page_as_a_filter_would(
    low: int, high: int, signs: tuple[str, str], limit: int
) -> None:
    world, _ids = world_of(19)
    everything = world.execute("res.partner", "search", [], order="id")
    keep = {">": int.__gt__, ">=": int.__ge__, "<": int.__lt__, "<=": int.__le__}
    domain = [["id", signs[0], low], ["id", signs[1], high]]
    found = world.execute("res.partner", "search", domain, order="id", limit=limit)
    wanted = [n for n in everything if keep[signs[0]](n, low) and keep[signs[1]](n, high)]
    assert found == wanted[:limit]


def matches(world: World, ids: list[int], *domain: Any) -> list[int]:
    """Places in `ids` of those that match."""
    asked = [["id", "in", ids], *domain]
    found = world.execute("res.partner", "search", asked, context={"active_test": False})
    return sorted(ids.index(one) for one in found)


@pytest.fixture
def tree(each: World) -> list[int]:
    """A company, its employee with a tag, the employee's assistant, a stranger."""
    tag = each.execute("res.partner.category", "create", {"name": "VIP"})
    top = each.execute("res.partner", "create", {"name": "Co", "is_company": True, "ref": "100%"})
    below = each.execute(
        "res.partner",
        "create",
        {"name": "Ada", "parent_id": top, "category_id": [[6, 0, [tag]]], "city": ""},
    )
    last = each.execute("res.partner", "create", {"name": "Bo", "parent_id": below})
    return [top, below, last, each.execute("res.partner", "create", {"name": "Eve"})]


def test_child_of_and_parent_of_walk_the_tree(each: World, tree: list[int]) -> None:
    assert matches(each, tree, ["id", "child_of", tree[0]]) == [0, 1, 2]
    assert matches(each, tree, ["id", "parent_of", tree[2]]) == [0, 1, 2]


def test_a_path_looks_through_a_link(each: World, tree: list[int]) -> None:
    assert matches(each, tree, ["parent_id.name", "=", "Co"]) == [1]
    assert matches(each, tree, ["parent_id.category_id.name", "=", "VIP"]) == [2]
    assert matches(each, tree, ["child_ids.name", "=", "Bo"]) == [1]


def test_a_text_against_a_link_means_its_name(each: World, tree: list[int]) -> None:
    assert matches(each, tree, ["category_id", "ilike", "vi"]) == [1]
    assert matches(each, tree, ["parent_id", "=", "Co"]) == [1]


def test_tags_can_be_asked_to_be_none(each: World, tree: list[int]) -> None:
    assert matches(each, tree, ["category_id", "=", False]) == [0, 2, 3]
    assert matches(each, tree, ["category_id", "!=", False]) == [1]


def test_wildcards_may_be_escaped(each: World, tree: list[int]) -> None:
    assert matches(each, tree, ["ref", "=like", "1%"]) == [0]
    assert matches(each, tree, ["ref", "=like", "100\\%"]) == [0]
    assert matches(each, tree, ["ref", "=like", "10_"]) == []


def test_an_empty_text_is_null_from_18_on(each: World, tree: list[int]) -> None:
    found = matches(each, tree, ["city", "=", False])
    assert (1 in found) is (each.release.major >= 18)


def test_any_is_known_from_17_on(each: World, tree: list[int]) -> None:
    condition = ["parent_id", "any", [["name", "=", "Co"]]]
    if each.release.major == 16:
        with pytest.raises(OdooRaised, match="Invalid leaf"):
            matches(each, tree, condition)
    else:
        assert matches(each, tree, condition) == [1]


def test_a_condition_that_is_not_set_lets_everything_through(each: World, tree: list[int]) -> None:
    assert matches(each, tree, ["name", "=?", False]) == [0, 1, 2, 3]


@pytest.mark.parametrize("domain", [["|", ["id", "=", 1]], [["name", "="]], [["name", "~", 1]]])
def test_a_malformed_domain_is_refused(world: World, domain: list[Any]) -> None:
    with pytest.raises(OdooRaised):
        world.execute("res.partner", "search", domain)
