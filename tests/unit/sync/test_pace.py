from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from odoosync.sync import pace


def test_brisk_small_pages_grow() -> None:
    assert pace.after_page(1_000, seconds=0.1, received=100_000) == 2_000


def test_a_page_that_would_be_refused_is_not_asked_for() -> None:
    assert pace.after_page(1_000, seconds=0.1, received=100_000, may_grow=False) == 1_000


def test_slow_pages_shrink() -> None:
    assert pace.after_page(1_000, seconds=30, received=100_000) == 500


def test_heavy_pages_shrink() -> None:
    assert pace.after_page(1_000, seconds=1, received=50_000_000) == 500


def test_a_single_row_that_fails_cannot_be_made_smaller() -> None:
    assert pace.after_failure(1) is None
    assert pace.after_failure(5_000) == 2_500


@given(st.integers(1, 5_000), st.floats(0, 1e4), st.integers(0, 10**10))
def test_the_size_stays_within_its_bounds(size: int, seconds: float, received: int) -> None:
    after = pace.after_page(size, seconds=seconds, received=received)
    assert pace.SMALLEST <= after <= pace.LARGEST


def test_a_page_that_timed_out_is_quartered_down_to_one_row() -> None:
    assert pace.after_timeout(1_000) == 250
    assert pace.after_timeout(3) == 1
    assert pace.after_timeout(1) is None


def test_fewer_rows_may_take_less_time() -> None:
    assert pace.patience(1) < pace.patience(1_000) <= 90


def test_pages_grow_no_larger_than_their_owner_wants() -> None:
    assert pace.after_page(4_000, seconds=1, received=1, largest=4_500) == 4_500
