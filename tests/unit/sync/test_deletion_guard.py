from __future__ import annotations

import pytest

from odoosync.sync.deletion_guard import Decision, Guard, decide, judge


@pytest.mark.parametrize(
    ("gone", "kept_before", "visible_now", "allowed"),
    [
        (0, 0, 0, True),
        (0, 100, 100, True),
        (20, 100, 80, True),
        (21, 100, 79, False),
        (1_000, 100_000, 99_000, True),
        (1_001, 100_000, 98_999, False),
        (1, 1, 0, False),
        (1, 5, 4, True),
    ],
)
def test_deletions_wait_above_a_fifth_or_a_thousand_or_when_all_are_gone(
    gone: int,
    kept_before: int,
    visible_now: int,
    allowed: bool,  # noqa: FBT001
) -> None:
    verdict = judge(Guard(), gone=gone, kept_before=kept_before, visible_now=visible_now)
    assert verdict.allowed is allowed
    assert bool(verdict.reason) is not allowed


def test_a_guard_that_is_off_lets_everything_pass() -> None:
    off = Guard(enabled=False)
    assert judge(off, gone=9, kept_before=9, visible_now=0).allowed
    assert Guard().unless(True) == off


@pytest.mark.parametrize(("max_share", "max_rows", "allowed"), [(1.0, 9, True), (1.0, 2, False)])
def test_the_limits_can_be_set(
    max_share: float,
    max_rows: int,
    allowed: bool,  # noqa: FBT001
) -> None:
    guard = Guard(max_share=max_share, max_rows=max_rows)
    assert judge(guard, gone=3, kept_before=4, visible_now=1).allowed is allowed


def test_the_reason_says_what_to_do() -> None:
    assert "confirm_deletions" in judge(Guard(), gone=9, kept_before=9, visible_now=0).reason


def test_what_was_confirmed_passes_and_a_few_more_with_it() -> None:
    decision = decide(Guard(), [1, 2, 3, 9], {1, 2, 3}, kept_before=10, visible_now=6)
    assert decision == Decision([1, 2, 3, 9], [])


def test_many_more_than_were_confirmed_wait_by_themselves() -> None:
    decision = decide(Guard(), [1, 2, 3, 7, 8, 9], {1, 2, 3}, kept_before=10, visible_now=4)
    assert (decision.marked, decision.held) == ([1, 2, 3], [7, 8, 9])
    assert decision.reason.startswith("3 of 7 rows are gone")


def test_the_last_row_waits_even_when_all_others_were_confirmed() -> None:
    decision = decide(Guard(), [1, 2, 3], {1, 2}, kept_before=3, visible_now=0)
    assert (decision.marked, decision.held) == ([1, 2], [3])


def test_what_was_confirmed_and_came_back_is_not_marked() -> None:
    assert decide(Guard(), [2], {1, 2}, kept_before=9, visible_now=8).marked == [2]
