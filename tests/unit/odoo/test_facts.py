from __future__ import annotations

import json
from datetime import timedelta

import pytest

from odoosync.odoo.facts import ServerFacts, Version
from unit.odoo.replay import NOW, facts


@pytest.mark.parametrize(
    ("text", "serie", "major"),
    [
        ("16.0", "16.0", 16),
        ("18.0-20250901", "18.0", 18),
        ("19.0+e", "19.0", 19),
        ("18.3+e", "18.3", 18),
        ("saas~18.3", "saas~18.3", 18),
        ("saas~18.3+e", "saas~18.3", 18),
        ("saas-18.3", "saas-18.3", 18),
        ("8.0", "8.0", 8),
        ("22.0alpha1", "22.0", 22),
    ],
)
def test_a_version_is_read_as_odoo_writes_it(text: str, serie: str, major: int) -> None:
    assert Version.of(text) == Version(serie, major)


@pytest.mark.parametrize("text", [None, "", "master", 19, ["19.0"], "<html>"])
def test_what_is_no_version_is_none(text: object) -> None:
    assert Version.of(text) is None


def test_facts_survive_being_stored() -> None:
    stored = json.dumps(facts("19.0", "json2", "de_DE").to_json())
    assert ServerFacts.from_json(json.loads(stored)) == facts("19.0", "json2", "de_DE")


@pytest.mark.parametrize("stored", [None, {}, {"serie": "19.0"}, {"checked_at": "never"}])
def test_facts_of_another_form_are_forgotten(stored: dict[str, str] | None) -> None:
    assert ServerFacts.from_json(stored) is None


@pytest.mark.parametrize(("age", "fresh"), [(0, True), (23, True), (25, False), (-1, False)])
def test_facts_are_fresh_for_a_day(age: int, fresh: bool) -> None:  # noqa: FBT001
    assert facts("19.0").is_fresh(NOW + timedelta(hours=age)) is fresh
