"""Which rows a run asks for. Pure: cursor and times in, window out.

`write_date` is the START of the writing transaction and becomes visible at its COMMIT, so each
window reaches back before the last one's frozen end: five minutes, once a day a whole day.
Comparison is `>=`, for whole seconds are all that the API shows, and what a second means differs by
version. (odoo-facts, `write_date` 1 to 8)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from odoosync.odoo import domain

LOOKBACK: Final = timedelta(minutes=5)
WIDE_LOOKBACK: Final = timedelta(hours=24)
WIDE_EVERY: Final = timedelta(hours=24)
NO_CLOCK_ALLOWANCE: Final = timedelta(hours=1)

Mode = Literal["full", "incremental"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a dataset's copy is true: everything written before `low`, as of `shape`.

    All moments are the server's, but `low_seen_at`: what our own clock said at `low`.
    """

    low: datetime | None = None
    low_seen_at: datetime | None = None
    shape: str | None = None
    completed_at: datetime | None = None
    wide_at: datetime | None = None
    volatile_at: datetime | None = None
    ids_at: datetime | None = None
    labels_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """`t0` is the server's clock at the start, the next window's lower end; `since` the bound."""

    mode: Mode
    t0: datetime
    since: datetime | None
    wide: bool


def frozen_now(server_now: datetime | None, our_now: datetime) -> datetime:
    """Return T0: the server's `Date`, or our clock less an hour when the server sent none."""
    moment = server_now or our_now - NO_CLOCK_ALLOWANCE
    return moment.replace(microsecond=0)


def is_due(moment: datetime | None, t0: datetime, every: timedelta) -> bool:
    """Tell whether what was last done at `moment` is to be done again.

    A moment that lies ahead was told by a clock that has been set back since: it says nothing.
    """
    return moment is None or moment > t0 or t0 - moment >= every


def reach(
    low: datetime, low_seen_at: datetime | None, *, t0: datetime, our_now: datetime
) -> datetime:
    """Return `low` as the server's clock of today would have told it: never later.

    A server's clock that was set back writes dates before `low` into rows that are newer. How far
    it fell behind shows in comparison with the time that passed here.
    """
    if low_seen_at is None:
        return min(low, t0)
    fell_behind = max(timedelta(0), (our_now - low_seen_at) - (t0 - low))
    return min(low - fell_behind, t0)


def decide(
    cursor: Cursor,
    *,
    t0: datetime,
    our_now: datetime,
    shape: str,
    force_full: bool,
    has_write_date: bool,
    lookback: timedelta | None = None,
) -> Window:
    """Choose the window of a run that starts now; `lookback` is LOOKBACK unless it is given.

    A wide one reaches back from the last wide one: what began before it and took up to a day is
    found whenever it ended.
    """
    if force_full or not has_write_date or cursor.low is None or cursor.shape != shape:
        return Window(mode="full", t0=t0, since=None, wide=True)
    low = reach(cursor.low, cursor.low_seen_at, t0=t0, our_now=our_now)
    wide = is_due(cursor.wide_at, t0, WIDE_EVERY)
    since = (
        min(low, cursor.wide_at or low) - WIDE_LOOKBACK if wide else low - (lookback or LOOKBACK)
    )
    return Window(mode="incremental", t0=t0, since=since, wide=wide)


def to_domain(since: datetime | None, also_changed_by: tuple[str, ...]) -> list[Any]:
    """Write the window as a domain; without a bound it is everything."""
    if since is None:
        return domain.EVERYTHING
    terms = domain.written_since(since)
    for path in also_changed_by:
        terms = ["|", *terms, [path, ">=", domain.odoo_time(since)]]
    return terms
