from __future__ import annotations

import pytest

from odoosync.sync.verify.judging import Verdict
from odoosync.sync.verify.tally import EXAMPLES_OF_A_KIND, Tally, score


@pytest.mark.parametrize(
    ("true", "wrong", "expected"), [(0, 0, 1.0), (5, 0, 1.0), (0, 5, 0.0), (3, 1, 0.75)]
)
def test_the_score_is_true_rows_of_all(true: int, wrong: int, expected: float) -> None:
    assert score(true, wrong=wrong) == expected


def test_one_wrong_row_of_any_number_is_never_wholly_true() -> None:
    assert score(10**18, wrong=1) < 1.0


def test_what_is_not_promised_lowers_nothing() -> None:
    tally = Tally().having([Verdict(1, "pending"), Verdict(2, "volatile", ("tag",))], true=2)
    assert (tally.score, tally.pending, tally.volatile) == (1.0, 1, 1)


def test_missing_stale_and_phantom_rows_count_as_wrong() -> None:
    found = [Verdict(1, "missing"), Verdict(2, "stale", ("city",)), Verdict(3, "phantom")]
    assert Tally().having(found, true=3).score == 0.5


def test_a_repair_leaves_wrong_only_what_waits() -> None:
    tally = Tally(true=6, missing=1, stale=1, phantom=2)
    assert tally.score_left(repaired=False, phantoms_left=0) == 0.6
    assert tally.score_left(repaired=True, phantoms_left=2) == 0.8
    assert tally.score_left(repaired=True, phantoms_left=0) == 1.0


def test_a_few_examples_of_each_kind_are_kept() -> None:
    many = [Verdict(number, "stale", ("city",)) for number in range(99)]
    tally = Tally().having([*many, Verdict(100, "missing")])
    kinds = [example["kind"] for example in tally.examples]
    assert (kinds.count("stale"), kinds.count("missing")) == (EXAMPLES_OF_A_KIND, 1)


def test_a_tally_survives_its_checkpoint() -> None:
    tally = Tally().having([Verdict(1, "stale", ("city",))], true=4, hidden=2).adding(names=3)
    assert Tally.from_json(tally.to_json()) == tally
