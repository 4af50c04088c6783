from __future__ import annotations

from odoosync.jobs.retry import RetryPolicy

POLICY = RetryPolicy(max_failures=3, deadline_s=100.0)


def test_the_last_failure_gives_up() -> None:
    assert not POLICY.gives_up(failures=2, stalled_s=0.0)
    assert POLICY.gives_up(failures=3, stalled_s=0.0)


def test_a_failure_after_the_deadline_gives_up() -> None:
    assert POLICY.gives_up(failures=1, stalled_s=100.0)


def test_time_alone_never_gives_up() -> None:
    assert not POLICY.gives_up(failures=0, stalled_s=1_000_000.0)
