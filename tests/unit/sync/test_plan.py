from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from odoosync.sync.plan import Plan, Stage, shape_of, take_over

PLAN = Plan(
    t0=datetime(2026, 3, 1, 12, tzinfo=UTC),
    seen_at=datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC),
    mode="incremental",
    since=datetime(2026, 3, 1, 11, 55, tzinfo=UTC),
    wide_at=None,
    shape="abc",
    fields=("name", "write_date"),
    stage="volatile",
    last_id=42,
)


LATER = PLAN.t0 + timedelta(hours=1)


@pytest.mark.parametrize(
    "plan",
    [PLAN, PLAN.at("ids").having_done("ids_at"), take_over(PLAN, t0=LATER, seen_at=LATER)],
)
def test_a_plan_survives_being_a_checkpoint(plan: Plan) -> None:
    assert Plan.from_json(orjson.loads(orjson.dumps(plan.to_json()))) == plan


def test_a_new_stage_begins_at_its_first_row() -> None:
    assert (PLAN.at("ids").stage, PLAN.at("ids").last_id) == ("ids", None)


def test_a_checkpoint_of_another_version_is_no_plan() -> None:
    assert Plan.from_json(PLAN.to_json() | {"wide": True}) is None


def test_what_was_left_in_its_pages_is_ended_then_caught_up() -> None:
    left = replace(PLAN, stage="pages")
    plan = take_over(left, t0=LATER, seen_at=LATER)
    assert (plan.stage, plan.last_id, plan.rest_since) == ("rest", 42, left.since)
    assert (plan.t0, plan.since) == (LATER, left.t0 - timedelta(minutes=5))


def test_what_was_left_twice_is_caught_up_from_the_first_start() -> None:
    once = take_over(replace(PLAN, stage="pages"), t0=LATER, seen_at=LATER)
    twice = take_over(once, t0=LATER + timedelta(hours=1), seen_at=LATER)
    assert (twice.stage, twice.last_id, twice.since) == ("rest", 42, once.since)


@pytest.mark.parametrize("stage", ["volatile", "ids", "labels"])
def test_what_was_left_after_its_pages_is_only_caught_up(stage: Stage) -> None:
    plan = take_over(PLAN.at(stage), t0=LATER, seen_at=LATER)
    assert (plan.stage, plan.last_id) == ("pages", None)
    assert plan.since == PLAN.t0 - timedelta(minutes=5)


def test_a_full_run_that_was_taken_over_does_not_count_as_one_reading() -> None:
    left = replace(PLAN, mode="full", since=None, stage="pages")
    assert (left.is_whole, take_over(left, t0=LATER, seen_at=LATER).is_whole) == (True, False)


@pytest.mark.parametrize(
    ("fields", "login", "lang"),
    [
        ({"name": "char", "x": "char"}, "admin", "en_US"),
        ({"name": "text"}, "admin", "en_US"),
        ({"name": "char"}, "other", "en_US"),
        ({"name": "char"}, "admin", "de_DE"),
    ],
)
def test_the_shape_changes_with_fields_login_and_language(
    fields: dict[str, str], login: str, lang: str
) -> None:
    usual = shape_of({"name": "char"}, login="admin", lang="en_US")
    assert shape_of(fields, login=login, lang=lang) != usual


def test_the_order_of_fields_does_not_change_the_shape() -> None:
    one = shape_of({"a": "char", "b": "char"}, login="x", lang=None)
    assert shape_of({"b": "char", "a": "char"}, login="x", lang=None) == one


def test_pinned_companies_change_the_shape_and_none_leave_it_as_it_was() -> None:
    shapes = [
        shape_of({"name": "char"}, login="a", lang="en_US", company_ids=ids)
        for ids in (None, (), (1,), (1, 2), (2, 1))
    ]
    assert shapes[0] == shapes[1] == shape_of({"name": "char"}, login="a", lang="en_US")
    assert len(set(shapes)) == 4
