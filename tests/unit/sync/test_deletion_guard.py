from __future__ import annotations

import pytest

from odoosync.sync.deletion_guard import judge


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
    verdict = judge(gone=gone, kept_before=kept_before, visible_now=visible_now, enabled=True)
    assert verdict.allowed is allowed
    assert bool(verdict.reason) is not allowed


def test_a_guard_that_is_off_lets_everything_pass() -> None:
    assert judge(gone=9, kept_before=9, visible_now=0, enabled=False).allowed


def test_the_reason_says_what_to_do() -> None:
    assert "confirm_deletions" in judge(gone=9, kept_before=9, visible_now=0, enabled=True).reason
