"""The rounds of this room: the ticker in every worker, the watch in every process."""

from __future__ import annotations

from typing import Final

from odoosync.clock import Clock, utc_now
from odoosync.db import Database
from odoosync.jobs.rounds import Round
from odoosync.log import FailureLog, get_logger
from odoosync.sync.freshness.watch import watch
from odoosync.sync.schedules.ticker import AT_ONCE, tick

_TICK_S: Final = 1.0
_WATCH_S: Final = 30.0


def ticking(database: Database, clock: Clock = utc_now) -> Round:
    """Ask for what is due; at once again while there is more than one round takes."""
    failures = FailureLog(get_logger(__name__))

    async def tick_all() -> None:
        while await tick(database, clock(), failures=failures) == AT_ONCE:
            pass

    return Round(_TICK_S, tick_all)


def watching(database: Database, clock: Clock = utc_now) -> Round:
    failures = FailureLog(get_logger(__name__))
    return Round(_WATCH_S, lambda: watch(database, clock(), failures=failures))
