"""A schedule that cannot be read is told once, and keeps none of the others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from structlog.testing import capture_logs

from integration.schedules.planning import TENANT, asked_at, plan, poison
from odoosync.db import Database
from odoosync.sync.rounds import ticking, watching
from odoosync.sync.schedules.rhythm import Rhythm
from queue_world import populate

NOW: Final = datetime(2026, 10, 24, 16, tzinfo=UTC)
OFTEN: Final = Rhythm(every_s=300)


async def test_a_poisoned_schedule_is_logged_once_until_it_is_mended(database: Database) -> None:
    bad, good = [(one, "contacts") for one in await populate(database, [TENANT] * 2)]
    for place in (bad, good):
        await plan(database, place, OFTEN, NOW)
    await poison(database, bad)
    moment = NOW + timedelta(hours=1)
    ticker = ticking(database, lambda: moment)
    with capture_logs() as lines:
        for _ in range(5):
            await ticker.action()
    assert [line["event"] for line in lines] == ["not_ticked"]
    assert good in await asked_at(database)
    await plan(database, bad, OFTEN, NOW)
    await ticker.action()
    assert bad in await asked_at(database)
    await poison(database, bad)
    moment += timedelta(hours=1)
    with capture_logs() as lines:
        for _ in range(3):
            await ticker.action()
    assert [line["event"] for line in lines] == ["not_ticked"]


async def test_the_watch_tells_of_it_once_as_well(database: Database) -> None:
    (bad,) = [(one, "contacts") for one in await populate(database, [TENANT])]
    await plan(database, bad, OFTEN, NOW)
    await poison(database, bad)
    watcher = watching(database, lambda: NOW + timedelta(days=9))
    with capture_logs() as lines:
        for _ in range(3):
            await watcher.action()
    assert [line["event"] for line in lines] == ["not_watched"]
