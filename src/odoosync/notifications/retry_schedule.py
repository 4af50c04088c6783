"""When a delivery is tried again, and when a webhook is given up. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

DELAYS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After each try that failed; after the last one there is no other. Some three days in all."""
JITTER: Final = 0.1
GIVEN_UP_AFTER: Final = timedelta(days=5)
"""A receiver that failed for so long, without one success, is not called any more."""
GONE: Final = 410


def next_try(
    tries: int, now: datetime, *, chance: float, asked_for: float | None = None
) -> datetime | None:
    """Return when to try again after `tries` that failed, None for never.

    `chance` in [0, 1) spreads them by a tenth. `asked_for` are the seconds of a `Retry-After`,
    which may make it later, by a day at most.
    """
    if tries > len(DELAYS):
        return None
    spread = 1 + JITTER * (2 * chance - 1)
    wanted = timedelta(seconds=min(asked_for or 0.0, DELAYS[-1].total_seconds()))
    return now + max(DELAYS[tries - 1] * spread, wanted)


def is_given_up(failing_since: datetime | None, now: datetime) -> bool:
    return failing_since is not None and now - failing_since >= GIVEN_UP_AFTER
