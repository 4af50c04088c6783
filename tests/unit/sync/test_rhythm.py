from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoosync.sync.schedules.rhythm import (
    BadSchedule,
    Rhythm,
    next_due,
    parse_interval,
    rhythm_of,
    shortest_gap,
    stale_from,
    ticks,
)

HOURLY = Rhythm(cron="0 * * * *", timezone="UTC")
SPRING = datetime(2026, 3, 28, 12, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 24, 12, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def first(cron: str, zone: str, after: datetime, count: int) -> list[str]:
    found = ticks(rhythm_of(None, cron, zone), after)
    return [f"{next(found):%d %H:%M}" for _ in range(count)]


def test_a_time_of_day_that_is_skipped_ticks_at_the_end_of_the_gap() -> None:
    assert first("30 2 * * *", "Europe/Berlin", SPRING, 2) == ["29 01:00", "30 00:30"]


def test_a_time_of_day_that_comes_twice_ticks_once() -> None:
    assert first("30 2 * * *", "Europe/Berlin", AUTUMN, 2) == ["25 00:30", "26 01:30"]


def test_a_restart_in_the_second_pass_of_an_hour_does_not_go_back_into_the_first() -> None:
    assert first("30 2 * * *", "Europe/Berlin", at("2026-10-25T01:10"), 1) == ["26 01:30"]


@pytest.mark.parametrize(("start", "zone"), [(SPRING, "Europe/Berlin"), (AUTUMN, "Europe/Berlin")])
def test_every_hour_means_each_hour_that_passes(start: datetime, zone: str) -> None:
    found = ticks(rhythm_of(None, "0 * * * *", zone), start)
    seen = [next(found) for _ in range(24)]
    assert {after - before for before, after in pairwise(seen)} == {timedelta(hours=1)}


def test_a_daily_line_in_new_york_moves_with_its_clocks() -> None:
    assert first("0 9 * * *", "America/New_York", at("2026-03-07T00:00"), 2) == [
        "07 14:00",
        "08 13:00",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("300", 300), ("300s", 300), ("5m", 300), ("5 min", 300), (" 5 Minutes ", 300)),
        *(("1h", 3600), ("2 hours", 7200), ("1H", 3600), ("1d", 86_400), ("7days", 604_800)),
    ],
)
def test_an_interval_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert parse_interval(text) == seconds


@pytest.mark.parametrize("text", ["", "5x", "m", "-5m", "1.5h", "1h30m", "5mo", "5m m", "٣m"])
def test_what_is_no_interval_is_told_what_to_write(text: str) -> None:
    with pytest.raises(BadSchedule, match="300, 5m, 1h or 1d"):
        parse_interval(text)


@given(moments, st.integers(60, 10_000_000), st.text(max_size=10))
def test_an_interval_ticks_within_itself_and_then_after_itself(
    now: datetime, every: int, key: str
) -> None:
    rhythm = Rhythm(every_s=every)
    one = next_due(rhythm, key, now, gap_s=every)
    assert timedelta(0) < one - now <= timedelta(seconds=every)
    assert next_due(rhythm, key, one, gap_s=every) - one == timedelta(seconds=every)


@given(moments, st.sampled_from(["0 * * * *", "30 2 * * *", "*/7 1-3 * * 0", "0 0 1 1 *"]))
def test_whatever_the_moment_a_cron_line_ticks_later(now: datetime, cron: str) -> None:
    rhythm = rhythm_of(None, cron, "America/St_Johns")
    gap = shortest_gap(rhythm, now)
    one = next_due(rhythm, "key", now, gap_s=gap)
    assert now < one < next_due(rhythm, "key", one, gap_s=gap)


def test_what_was_missed_is_one_tick() -> None:
    late = at("2026-01-03T07:30")
    assert next_due(Rhythm(every_s=3600), "k", late, gap_s=3600) - late < timedelta(hours=1)


def test_ten_thousand_connections_on_the_hour_are_spread_over_six_minutes() -> None:
    now = at("2026-01-01T11:59:59")
    due = [next_due(HOURLY, f"{number}/contacts", now, gap_s=3600) for number in range(10_000)]
    seconds = [(moment - at("2026-01-01T12:00")).total_seconds() for moment in due]
    busiest = max(seconds.count(second) for second in range(360))
    assert (min(seconds) >= 0, max(seconds) < 360, busiest < 60) == (True, True, True)


def test_a_key_keeps_its_place() -> None:
    now = at("2026-01-01T11:59:59")
    one = next_due(HOURLY, "7/contacts", now, gap_s=3600)
    assert next_due(HOURLY, "7/contacts", one, gap_s=3600) - one == timedelta(hours=1)


def test_a_daily_line_is_late_by_a_quarter_of_an_hour_at_most() -> None:
    daily, now = Rhythm(cron="0 3 * * *", timezone="UTC"), at("2026-01-01T02:00")
    late = [next_due(daily, str(key), now, gap_s=86_400) - at("2026-01-01T03:00") for key in "abcd"]
    assert timedelta(0) <= min(late) <= max(late) < timedelta(minutes=15)


def test_an_interval_may_be_missed_twice() -> None:
    assert stale_from(Rhythm(every_s=3600), SPRING) == SPRING + timedelta(hours=2)


def test_a_cron_line_may_be_missed_twice_counted_from_the_last_sync() -> None:
    assert stale_from(HOURLY, at("2026-01-01T12:20")) == at("2026-01-01T14:20")


def test_fridays_copy_may_be_old_on_monday() -> None:
    weekdays = Rhythm(cron="0 9 * * 1-5", timezone="UTC")
    assert stale_from(weekdays, at("2026-01-02T09:05")) == at("2026-01-06T09:05")


def test_staleness_by_the_clock_takes_a_repeated_hour_into_account() -> None:
    daily = Rhythm(cron="30 2 * * *", timezone="Europe/Berlin")
    assert stale_from(daily, at("2026-10-24T00:30")) == at("2026-10-26T01:30")


@pytest.mark.parametrize(
    ("every", "cron", "zone"),
    [
        (None, None, None),
        (60, "0 * * * *", None),
        (59, None, None),
        (10**9, None, None),
        (3600, None, "UTC"),
        (None, "", "UTC"),
        (None, "0 * * *", "UTC"),
        (None, "0 0 * * * *", "UTC"),
        (None, "@daily", "UTC"),
        (None, "61 * * * *", "UTC"),
        (None, "0 0 30 2 *", "UTC"),
        (None, "0 * * * *", "Europe"),
        (None, "0 * * * *", "../../etc/passwd"),
        (None, "0 * * * *", "Mars/Olympus"),
        (None, "0" * 101 + " * * * *", "UTC"),
    ],
)
def test_what_is_no_schedule_is_refused(
    every: int | None, cron: str | None, zone: str | None
) -> None:
    with pytest.raises(BadSchedule):
        rhythm_of(every, cron, zone)


@given(st.text(alphabet="0123456789*/,-#LWMONJAN? ", max_size=30))
def test_any_text_is_a_schedule_or_refused(cron: str) -> None:
    try:
        found = rhythm_of(None, cron, "Europe/Berlin")
    except BadSchedule:
        return
    now = datetime(2026, 10, 25, 0, 59, 59, tzinfo=UTC)
    assert next_due(found, "k", now, gap_s=shortest_gap(found, now)) > now


@pytest.mark.parametrize(
    ("cron", "years"), [("0 0 29 2 *", 4), ("0 0 * 2 MON#5", 28), ("0 0 1 1 *", 1)]
)
def test_a_line_that_ticks_once_in_years_is_not_followed_for_centuries(
    cron: str, years: int
) -> None:
    found = rhythm_of(None, cron, None)
    assert shortest_gap(found, at("2026-01-01")) // 86_400 // 365 == years


def test_a_line_is_kept_in_its_normal_form() -> None:
    assert rhythm_of(None, " 0  9 * * mon ", None) == Rhythm(cron="0 9 * * MON", timezone="UTC")
