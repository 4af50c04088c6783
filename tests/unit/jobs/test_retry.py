from __future__ import annotations

import pytest

from odoosync.jobs.retry import RetryPolicy, delay_before, gives_up

POLICY = RetryPolicy(max_attempts=3, deadline_s=100.0, first_s=2.0, longest_s=10.0, jitter=0.25)


@pytest.mark.parametrize(("attempts", "delay"), [(1, 2.0), (2, 4.0), (3, 8.0), (4, 10.0)])
def test_delays_double_up_to_the_longest(attempts: int, delay: float) -> None:
    assert delay_before(POLICY, attempts=attempts, chance=0.5) == delay


def test_chance_spreads_a_delay_by_the_jitter() -> None:
    assert delay_before(POLICY, attempts=1, chance=0.0) == 1.5
    assert delay_before(POLICY, attempts=1, chance=0.9999) == pytest.approx(2.5, abs=0.01)


def test_the_last_attempt_gives_up() -> None:
    assert not gives_up(POLICY, attempts=2, stalled_s=0.0)
    assert gives_up(POLICY, attempts=3, stalled_s=0.0)


def test_a_failure_after_the_deadline_gives_up() -> None:
    assert gives_up(POLICY, attempts=1, stalled_s=100.0)


def test_time_alone_never_gives_up() -> None:
    assert not gives_up(POLICY, attempts=0, stalled_s=1_000_000.0)
