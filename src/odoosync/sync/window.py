"""Which rows a run asks for. Pure: cursor and times in, window out.

`write_date` is the START of the writing transaction and becomes visible at its COMMIT, so each
window reaches back before the last one's frozen end: five minutes, once a day a whole day.
Comparison is `>=`, for whole seconds are all that the API shows, and what a second means differs by
version. (odoo-facts, `write_date` 1 to 8)

A clock that is ahead would lose rows, one that is behind costs rows read twice. So T0 is the
earlier of two clocks, the server's and ours. The database's own clock is a third, which nobody
tells: new rows that turn up with old dates show that it lags.
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
_LONGEST_TRANSACTION: Final = timedelta(hours=24)
_LAG_ALLOWANCE: Final = timedelta(hours=1)

Mode = Literal["full", "incremental"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a dataset's copy is true: everything written before `low`, as of `shape`.

    `low` and those that follow it are T0s; `low_seen_at` is what our own clock said at `low`.
    `lag_s` is by how many seconds dates in Odoo's database lag behind a T0, as far as is known.
    """

    low: datetime | None = None
    low_seen_at: datetime | None = None
    shape: str | None = None
    completed_at: datetime | None = None
    wide_at: datetime | None = None
    volatile_at: datetime | None = None
    ids_at: datetime | None = None
    labels_at: datetime | None = None
    lag_s: float | None = None

    @property
    def lag(self) -> timedelta:
        return timedelta(seconds=self.lag_s or 0)


@dataclass(frozen=True, slots=True)
class Window:
    """`t0` is when the run began, the next window's lower end; `since` is its own lower end."""

    mode: Mode
    t0: datetime
    since: datetime | None
    wide: bool


def frozen_now(server_now: datetime | None, our_now: datetime) -> datetime:
    """Return T0: the earlier of the server's `Date` and our own clock.

    Without a `Date` it is our clock less an hour, for nothing shows whether ours is ahead.
    """
    moment = min(server_now, our_now) if server_now else our_now - NO_CLOCK_ALLOWANCE
    return moment.replace(microsecond=0)


def is_due(moment: datetime | None, t0: datetime, every: timedelta) -> bool:
    """Tell whether what was last done at `moment` is to be done again.

    A moment that lies ahead was told by a clock that has been set back since: it says nothing.
    """
    return moment is None or moment > t0 or t0 - moment >= every


def reach(
    low: datetime,
    low_seen_at: datetime | None,
    *,
    t0: datetime,
    our_now: datetime,
    lag: timedelta = timedelta(0),
) -> datetime:
    """Return `low` as the database's clock of today would have told it: never later.

    A server's clock that was set back writes dates before `low` into rows that are newer. How far
    it fell behind shows in comparison with the time that passed here. Where our own clock was set
    back as well nobody knows how much time passed: a day, at most, for as long the wide window
    takes to come.
    """
    if low_seen_at is None:
        return min(low, t0) - lag
    if our_now < low_seen_at:
        return min(low, t0) - lag - WIDE_LOOKBACK
    fell_behind = max(timedelta(0), (our_now - low_seen_at) - (t0 - low))
    return min(low - fell_behind, t0) - lag


def lag_shown_by(
    dated: datetime, *, low: datetime, t0: datetime, newest: datetime | None
) -> timedelta | None:
    """Return how far dates lag, as a row shows that is new since `low` and `dated` before it.

    The row was made somewhere between `low` and T0, so that more than what is sure is taken, up to
    an hour more. None for an old row that has come into sight: a day before the `newest` row that
    is stored, no clock was still there, and no transaction takes as long.
    """
    if dated >= low or (newest is not None and dated < newest - _LONGEST_TRANSACTION):
        return None
    return min(t0 - dated, low - dated + _LAG_ALLOWANCE)


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
    """Choose the window of a run that starts now; `lookback` is LOOKBACK unless it is given."""
    if force_full or not has_write_date or cursor.low is None or cursor.shape != shape:
        return Window(mode="full", t0=t0, since=None, wide=True)
    wide = is_due(cursor.wide_at, t0, WIDE_EVERY)
    low = reach(cursor.low, cursor.low_seen_at, t0=t0, our_now=our_now, lag=cursor.lag)
    since = _wide_since(cursor, low) if wide else low - (lookback or LOOKBACK)
    return Window(mode="incremental", t0=t0, since=since, wide=wide)


def _wide_since(cursor: Cursor, low: datetime) -> datetime:
    """Reach back from the last wide window, not from the last one.

    What began before it and took up to a day is found whenever it ended.
    """
    return min(low, (cursor.wide_at or low) - cursor.lag) - WIDE_LOOKBACK


def missed_since(cursor: Cursor, lag: timedelta) -> datetime | None:
    """Return where to read from once more, now that dates turn out to lag by so much.

    None is everything: beyond a day, wide windows missed rows as well.
    """
    if cursor.low is None or lag > WIDE_LOOKBACK:
        return None
    return min(cursor.low, cursor.wide_at or cursor.low) - lag - LOOKBACK


def to_domain(since: datetime | None, also_changed_by: tuple[str, ...]) -> list[Any]:
    """Write the window as a domain; without a bound it is everything."""
    if since is None:
        return domain.EVERYTHING
    terms = domain.written_since(since)
    for path in also_changed_by:
        terms = ["|", *terms, [path, ">=", domain.odoo_time(since)]]
    return terms
