from __future__ import annotations

import pytest

from odoosync.sync.clocks import lag_remark, skew_remark


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (61, "61 seconds ahead of ours"),
        (-600, "10 minutes behind ours"),
        (5_400, "90 minutes ahead of ours"),
        (7_200, "2 hours ahead of ours"),
        (-5 * 86_400, "5 days behind ours"),
    ],
)
def test_a_clock_that_differs_is_told_with_how_far(seconds: float, said: str) -> None:
    assert said in (skew_remark(seconds) or "")


@pytest.mark.parametrize("seconds", [None, 0, 60, -60])
def test_a_minute_is_no_remark(seconds: float | None) -> None:
    assert skew_remark(seconds) is None


@pytest.mark.parametrize("grew", [False, True])
def test_dates_that_lag_are_told_with_how_far(*, grew: bool) -> None:
    said = lag_remark(1_200, grew=grew) or ""
    assert ("look back 20 minutes" in said, "was read again" in said) == (True, grew)
    assert lag_remark(0, grew=grew) is None
