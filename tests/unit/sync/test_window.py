from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from odoosync.sync.window import Cursor, decide, frozen_now, is_due, lag_shown_by, reach, to_domain

T0 = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
LAST = T0 - timedelta(minutes=10)
QUIET = Cursor(low=LAST, shape="s", wide_at=LAST)


def window(cursor: Cursor, **changes: Any) -> tuple[str, datetime | None]:
    options: dict[str, Any] = {"force_full": False, "has_write_date": True, **changes}
    found = decide(cursor, t0=T0, our_now=T0, shape="s", **options)
    return found.mode, found.since


def test_a_first_run_takes_everything() -> None:
    assert window(Cursor()) == ("full", None)


def test_the_next_run_looks_back_five_minutes_before_the_last_ones_start() -> None:
    assert window(QUIET) == ("incremental", LAST - timedelta(minutes=5))


def test_once_a_day_a_run_looks_back_a_whole_day() -> None:
    stale = Cursor(low=LAST, shape="s", wide_at=T0 - timedelta(hours=24))
    assert window(stale) == ("incremental", T0 - timedelta(hours=48))


def test_wide_runs_leave_no_gap_between_them() -> None:
    before = T0 - timedelta(hours=30)
    mode, since = window(Cursor(low=T0, shape="s", wide_at=before))
    assert (mode, since) == ("incremental", before - timedelta(hours=24))


@pytest.mark.parametrize("changes", [{"force_full": True}, {"has_write_date": False}])
def test_a_wish_or_a_model_without_dates_makes_a_full_pass(changes: dict[str, bool]) -> None:
    assert window(QUIET, **changes) == ("full", None)


def test_another_shape_makes_a_full_pass() -> None:
    assert window(Cursor(low=LAST, shape="other", wide_at=LAST)) == ("full", None)


def test_a_clock_that_was_set_back_moves_the_bound_back() -> None:
    ahead = Cursor(low=T0 + timedelta(hours=2), shape="s", wide_at=T0)
    assert window(ahead) == ("incremental", T0 - timedelta(minutes=5))


def test_a_clock_that_was_set_back_unseen_moves_the_bound_by_as_much() -> None:
    """Three hours passed here and one there: the server was set back by two."""
    low, seen_at = T0 - timedelta(hours=1), T0 - timedelta(hours=3)
    assert reach(low, seen_at, t0=T0, our_now=T0) == low - timedelta(hours=2)


@pytest.mark.parametrize("seen_at", [T0, T0 - timedelta(minutes=5)])
def test_a_clock_that_was_set_forward_moves_no_bound(seen_at: datetime) -> None:
    assert reach(LAST, seen_at, t0=T0, our_now=T0) == LAST


def test_our_own_clock_set_back_says_nothing_of_the_time_that_passed() -> None:
    ahead = T0 + timedelta(minutes=1)
    assert reach(LAST, ahead, t0=T0, our_now=T0) == LAST - timedelta(hours=24)


def test_dates_that_lag_move_the_bound_back_by_as_much() -> None:
    lagging = replace(QUIET, lag_s=1_200)
    assert window(lagging) == ("incremental", LAST - timedelta(minutes=25))


@pytest.mark.parametrize(
    ("dated", "newest", "lag"),
    [
        (LAST - timedelta(minutes=20), None, timedelta(minutes=30)),
        (LAST - timedelta(days=3), LAST - timedelta(days=3), timedelta(days=3, minutes=10)),
        (LAST - timedelta(days=3), LAST, None),
        (LAST, LAST, None),
    ],
)
def test_a_new_row_shows_how_far_dates_lag_and_an_old_one_does_not(
    dated: datetime, newest: datetime | None, lag: timedelta | None
) -> None:
    assert lag_shown_by(dated, low=LAST, t0=T0, newest=newest) == lag


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (None, True),
        (T0 - timedelta(days=1), True),
        (T0 - timedelta(hours=23), False),
        (T0 + timedelta(hours=1), True),
    ],
)
def test_what_is_daily_is_due_after_a_day_or_after_a_clock_ran_ahead(
    moment: datetime | None, *, due: bool
) -> None:
    assert is_due(moment, T0, timedelta(days=1)) is due


def test_without_a_server_clock_ours_less_an_hour_counts() -> None:
    ours = T0.replace(microsecond=999_999)
    assert frozen_now(None, ours) == T0 - timedelta(hours=1)


@pytest.mark.parametrize(("server", "ours"), [(0, 600), (600, 0), (0, 0)])
def test_t0_is_the_earlier_of_two_clocks(server: int, ours: int) -> None:
    told, here = T0 + timedelta(seconds=server), T0 + timedelta(seconds=ours)
    assert frozen_now(told, here) == T0


def test_the_domain_takes_rows_without_a_date_along() -> None:
    assert to_domain(T0, ("product_tmpl_id.write_date",)) == [
        "|",
        "|",
        ["write_date", ">=", "2026-03-01 12:00:00"],
        ["write_date", "=", False],
        ["product_tmpl_id.write_date", ">=", "2026-03-01 12:00:00"],
    ]


def test_the_domain_of_everything_is_empty() -> None:
    assert to_domain(None, ("product_tmpl_id.write_date",)) == []


def test_a_connections_own_lookback_replaces_the_usual_one() -> None:
    mode, since = window(QUIET, lookback=timedelta(seconds=90))
    assert (mode, since) == ("incremental", LAST - timedelta(seconds=90))
