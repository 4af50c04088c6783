from __future__ import annotations

import pytest

from odoosync.backoff import Backoff

USUAL = Backoff(first_s=2.0, longest_s=10.0, jitter=0.25)


@pytest.mark.parametrize(("failures", "delay"), [(0, 2.0), (1, 2.0), (2, 4.0), (3, 8.0), (4, 10.0)])
def test_waits_double_up_to_the_longest(failures: int, delay: float) -> None:
    assert USUAL.after(failures) == delay


def test_chance_spreads_a_wait_by_the_jitter() -> None:
    assert USUAL.after(1, chance=0.0) == 1.5
    assert USUAL.after(1, chance=0.9999) == pytest.approx(2.5, abs=0.01)


def test_a_wait_may_grow_faster() -> None:
    assert [Backoff(1.0, 100.0, growth=4.0).after(failures) for failures in (1, 2, 3, 9)] == [
        1.0,
        4.0,
        16.0,
        100.0,
    ]


def test_a_million_failures_are_no_more_than_many() -> None:
    assert USUAL.after(1_000_000) == 10.0
