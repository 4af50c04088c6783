from __future__ import annotations

from typing import Any

import pytest

from odoosync.sync.verify.outcome import outcome_of, sentences
from odoosync.sync.verify.tally import Tally

NOTHING = Tally(true=3).to_json()


@pytest.mark.parametrize(
    ("found", "truth", "outcome"),
    [
        ({}, 1.0, "equal"),
        ({"hidden": 1}, 1.0, "equal"),
        ({"pending": 1}, 1.0, "pending"),
        ({"volatile": 1}, 1.0, "pending"),
        ({"names": 1}, 1.0, "pending"),
        ({"aside": 1}, 1.0, "pending"),
        ({"stale": 1, "pending": 1}, 0.75, "differs"),
    ],
)
def test_only_what_was_compared_and_is_alike_is_equal(
    found: dict[str, Any], truth: float, outcome: str
) -> None:
    assert outcome_of(NOTHING | found, truth, repaired=False) == outcome


def test_a_field_that_was_not_compared_leaves_the_answer_open() -> None:
    assert outcome_of(NOTHING, 1.0, repaired=False, left_out=["list_price"]) == "pending"


def test_a_repair_has_written_what_changed_since() -> None:
    assert outcome_of(NOTHING | {"pending": 4, "names": 1}, 1.0, repaired=True) == "equal"
    assert outcome_of(NOTHING | {"phantom": 1}, 0.75, repaired=True) == "differs"


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"outcome": "equal"}, "The copy equals Odoo."),
        ({"outcome": "pending", "pending": 1}, "1 row changed in Odoo since, sync again."),
        ({"outcome": "pending", "pending": 2}, "2 rows changed in Odoo since, sync again."),
        ({"outcome": "pending", "aside": 1}, "1 row could not be compared"),
        ({"outcome": "pending", "volatile": 1}, "fields without a date"),
        ({"outcome": "pending", "names": 2}, "2 names of linked records changed"),
        ({"outcome": "differs", "stale": 1}, "a repair writes what differs"),
    ],
)
def test_each_outcome_says_what_to_do(found: dict[str, Any], said: str) -> None:
    assert said in sentences(NOTHING | found, repaired=False)
