"""When a schedule ticks. Pure: moments go in and come out, all of them aware.

A rhythm is an interval or a cron line in a time zone. Ticks stand on a fixed grid, whatever ran
when: the next one follows from the time alone, so ticks that were missed are one tick, and two
processes never disagree. Each key has its place in the grid: an interval begins anywhere in itself,
a cron line is late by up to a tenth of its interval, a quarter of an hour at most.

Where clocks are put forward, a time of day that is skipped ticks at the end of the gap; where they
are put back, it ticks once, the first time. Lines that name every hour or minute (`*`) tick by the
hours that really pass, as Debian's cron does.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from itertools import islice, pairwise
from typing import Final
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from odoosync.errors import InvalidInput
from odoosync.spelling import did_you_mean

SHORTEST_S: Final = 60
LONGEST_S: Final = 366 * 86_400
LONGEST_CRON: Final = 100
_INTERVAL: Final = re.compile(
    r"(?P<count>\d{1,9})\s*(?P<unit>s|sec|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|)",
    re.IGNORECASE | re.ASCII,
)
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}
_FIELDS: Final = 5
_LATEST: Final = timedelta(minutes=15)
_SAMPLE: Final = 400
_FORESEEN: Final = timedelta(days=5 * 366)
"""A line that ticks rarely, as on the 29th of February, would be followed for centuries."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class BadSchedule(InvalidInput):
    code = "bad_schedule"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every `every_s` seconds, or at the times of `cron` as clocks show them in `timezone`."""

    every_s: int | None = None
    cron: str | None = None
    timezone: str | None = None


def parse_interval(text: str) -> int:
    """Return the seconds of an interval as people write it. Raises BadSchedule."""
    found = _INTERVAL.fullmatch(text.strip())
    if found is None:
        raise BadSchedule(
            "An interval is a number of seconds, or a number with s, m, h or d: 300, 5m, 1h or 1d."
        )
    return int(found["count"]) * _UNITS[found["unit"][:1].lower()]


def rhythm_of(every_s: int | None, cron: str | None, timezone: str | None) -> Rhythm:
    """Return what a person asked for, in its normal form. Raises BadSchedule."""
    if (every_s is None) == (cron is None):
        raise BadSchedule("Send either `every`, in seconds, or `cron`.")
    if every_s is not None:
        if timezone is not None:
            raise BadSchedule("A `timezone` belongs to `cron`; an interval needs none.")
        if not SHORTEST_S <= every_s <= LONGEST_S:
            raise BadSchedule(f"`every` is from {SHORTEST_S} to {LONGEST_S} seconds.")
        return Rhythm(every_s=every_s)
    zone = "UTC" if timezone is None else timezone
    if zone not in _zones():
        raise BadSchedule(
            f"There is no such `timezone`.{did_you_mean(zone, _zones())} "
            "Send a name such as Europe/Berlin."
        )
    line = " ".join((cron or "").upper().split())
    found = Rhythm(cron=line, timezone=zone)
    _check_cron(found)
    return found


def ticks(rhythm: Rhythm, after: datetime) -> Iterator[datetime]:
    """Yield the moments of a cron line, later than `after`, without anybody's delay."""
    line = CronSim(rhythm.cron or "", after.astimezone(ZoneInfo(rhythm.timezone or "UTC")))
    last = after
    for moment in line:
        found = moment.astimezone(UTC)
        if found > last:  # in a repeated hour it would begin with the first pass again
            yield found
            last = found


def shortest_gap(rhythm: Rhythm, now: datetime) -> int:
    """Return the least number of seconds between two ticks, as far as can be foreseen."""
    if rhythm.every_s is not None:
        return rhythm.every_s
    gaps: list[int] = []
    for before, after in pairwise(islice(ticks(rhythm, now), _SAMPLE)):
        gaps.append(int((after - before).total_seconds()))
        if after > now + _FORESEEN:
            break
    return min(gaps, default=LONGEST_S)


def next_due(rhythm: Rhythm, key: str, after: datetime, *, gap_s: int) -> datetime:
    """Return the first tick of `key` later than `after`; `gap_s` is the rhythm's shortest gap."""
    if rhythm.every_s is not None:
        every = timedelta(seconds=rhythm.every_s)
        place = timedelta(seconds=int(_chance(key) * rhythm.every_s))
        return _EPOCH + place + ((after - _EPOCH - place) // every + 1) * every
    late = timedelta(seconds=int(_chance(key) * min(gap_s / 10, _LATEST.total_seconds())))
    return next(ticks(rhythm, after - late)) + late


def stale_from(rhythm: Rhythm, fresh_at: datetime) -> datetime:
    """Return when a copy that was true at `fresh_at` has missed two intervals in a row.

    Of a cron line these are the two that follow, however unlike they are: a copy of Friday's is as
    old as it may be on Monday.
    """
    if rhythm.every_s is not None:
        return fresh_at + 2 * timedelta(seconds=rhythm.every_s)
    _, second = islice(ticks(rhythm, fresh_at), 2)
    return fresh_at + (second - _last_tick(rhythm, fresh_at))


def _last_tick(rhythm: Rhythm, until: datetime) -> datetime:
    """Return the last moment of a cron line that is not later than `until`."""
    zone = ZoneInfo(rhythm.timezone or "UTC")
    start = (until + timedelta(seconds=1)).astimezone(zone)
    for moment in CronSim(rhythm.cron or "", start, reverse=True):
        found = moment.astimezone(UTC)
        if found <= until:
            return found
    return until


def _chance(key: str) -> float:
    """Return a number from 0 to 1, one not included, that always is the same for a key."""
    return int.from_bytes(blake2b(key.encode(), digest_size=6).digest()) / 2**48


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def _check_cron(rhythm: Rhythm) -> None:
    line = rhythm.cron or ""
    if len(line) > LONGEST_CRON or len(line.split()) != _FIELDS:
        raise BadSchedule("`cron` has five fields: minute, hour, day of month, month, day of week.")
    try:
        comes = next(ticks(rhythm, datetime.now(UTC)), None)
    except CronSimError as error:
        raise BadSchedule(f"`cron` cannot be read: {str(error).lower()}.") from error
    except OverflowError:
        comes = None
    if comes is None:
        raise BadSchedule("`cron` names a moment that never comes.")
