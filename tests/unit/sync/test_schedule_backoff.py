from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from odoosync.sync.schedules.backoff import held_until

DUE = datetime(2026, 1, 31, 12, tzinfo=UTC)


def hours(failures: int, interval_s: int) -> float:
    until = held_until(DUE, failures=failures, interval_s=interval_s)
    return 0.0 if until is None else (until - DUE) / timedelta(hours=1)


def test_one_failure_holds_nothing_back() -> None:
    assert held_until(DUE, failures=1, interval_s=60) is None


@pytest.mark.parametrize(
    ("interval_s", "expected"),
    [
        (60, [0, 2 / 60, 4 / 60, 8 / 60, 16 / 60, 32 / 60, 1, 1]),
        (3600, [0, 2, 4, 4, 4, 4, 4, 4]),
        (12 * 3600, [0, 24, 24, 24, 24, 24, 24, 24]),
        (86_400, [0, 24, 24, 24, 24, 24, 24, 24]),
        (7 * 86_400, [0, 168, 168, 168, 168, 168, 168, 168]),
    ],
)
def test_the_wait_grows_and_is_bounded(interval_s: int, expected: list[float]) -> None:
    assert [hours(failures, interval_s) for failures in range(1, 9)] == pytest.approx(expected)


def test_a_thousand_failures_are_no_more_than_many() -> None:
    assert hours(1000, 60) == 1.0
