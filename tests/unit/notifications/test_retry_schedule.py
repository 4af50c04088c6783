from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from odoosync.notifications.retry_schedule import DELAYS, GIVEN_UP_AFTER, is_given_up, next_try

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_tries_go_on_for_some_three_days() -> None:
    assert timedelta(days=3) < sum(DELAYS, timedelta()) < timedelta(days=4)


@pytest.mark.parametrize("tries", range(1, len(DELAYS) + 1))
@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_each_wait_is_spread_by_a_tenth(tries: int, chance: float) -> None:
    later = next_try(tries, NOW, chance=chance)
    assert later is not None
    assert 0.9 <= (later - NOW) / DELAYS[tries - 1] <= 1.1


def test_after_the_last_try_there_is_no_other() -> None:
    assert next_try(len(DELAYS) + 1, NOW, chance=0.5) is None


def test_a_receiver_may_ask_for_more_time_but_not_for_ever() -> None:
    assert next_try(1, NOW, chance=0.5, asked_for=60) == NOW + timedelta(seconds=60)
    assert next_try(1, NOW, chance=0.5, asked_for=1e9) == NOW + timedelta(days=1)
    assert next_try(2, NOW, chance=0.5, asked_for=1) == NOW + DELAYS[1]


def test_a_receiver_is_given_up_after_days_without_a_success() -> None:
    assert not is_given_up(None, NOW)
    assert not is_given_up(NOW, NOW + GIVEN_UP_AFTER - timedelta(seconds=1))
    assert is_given_up(NOW, NOW + GIVEN_UP_AFTER)
