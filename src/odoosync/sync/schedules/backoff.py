"""How long a schedule whose runs fail is held back. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from odoosync.backoff import Backoff

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


def held_until(last_due: datetime, *, failures: int, interval_s: int) -> datetime | None:
    """Return until when, after `failures` in a row; None for the first, which the next tick mends.

    The time doubles up to four intervals, at least an hour and at most a day; a schedule that is
    slower than that keeps its own pace.
    """
    if failures <= 1:
        return None
    interval = timedelta(seconds=interval_s)
    longest = max(interval, min(_DAY, max(_HOUR, 4 * interval)))
    backoff = Backoff(interval.total_seconds(), longest.total_seconds())
    return last_due + timedelta(seconds=backoff.after(failures))
