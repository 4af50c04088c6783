from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from odoosync.sync.plan import Plan, shape_of

PLAN = Plan(
    t0=datetime(2026, 3, 1, 12, tzinfo=UTC),
    mode="incremental",
    since=datetime(2026, 3, 1, 11, 55, tzinfo=UTC),
    wide=False,
    shape="abc",
    fields=("name", "write_date"),
    stage="volatile",
    last_id=42,
)


@pytest.mark.parametrize("plan", [PLAN, PLAN.at("ids"), Plan(PLAN.t0, "full", None, True, "x", ())])
def test_a_plan_survives_being_a_checkpoint(plan: Plan) -> None:
    assert Plan.from_json(orjson.loads(orjson.dumps(plan.to_json()))) == plan


def test_a_new_stage_begins_at_its_first_row() -> None:
    assert (PLAN.at("ids").stage, PLAN.at("ids").last_id) == ("ids", 0)


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
