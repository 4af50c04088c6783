"""The watch finds what is stale, however much stands before it that is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from integration.schedules.planning import TENANT, open_alerts, plan, poison
from odoosync.connections import store as connections
from odoosync.db import Database
from odoosync.sync.freshness.watch import watch
from odoosync.sync.schedules.rhythm import Rhythm
from queue_world import populate

SATURDAY: Final = datetime(2026, 10, 24, 16, tzinfo=UTC)
OFTEN: Final = Rhythm(every_s=300)
WORKING_DAYS: Final = Rhythm(cron="0,5 9 * * 1-5", timezone="UTC")
"""Allows a copy of Friday's until Monday, and is five minutes at its shortest."""


@pytest.fixture
async def places(database: Database) -> list[tuple[int, str]]:
    return [(one, "contacts") for one in await populate(database, [TENANT] * 3)]


async def choose(database: Database, connection_id: int, datasets: list[str]) -> None:
    async with database.tenant(TENANT) as tx:
        wish = {"datasets": datasets}
        await connections.update(tx, connection_id, SATURDAY, preferences=wish)


async def test_a_stale_copy_behind_others_that_may_be_old_is_found_at_once(
    database: Database, places: list[tuple[int, str]]
) -> None:
    for place, rhythm in zip(places, (OFTEN, WORKING_DAYS, OFTEN), strict=True):
        await plan(database, place, rhythm, SATURDAY)
    await choose(database, places[0][0], ["products"])
    later = SATURDAY + timedelta(hours=20)
    assert await watch(database, later, limit=1) == (1, 0)
    assert await open_alerts(database) == [places[2]]


async def test_a_damaged_schedule_hides_no_other_of_its_connection(
    database: Database, places: list[tuple[int, str]]
) -> None:
    beside = (places[0][0], "products")
    for place in (places[0], beside, places[1]):
        await plan(database, place, OFTEN, SATURDAY)
    await poison(database, places[0])
    assert await watch(database, SATURDAY + timedelta(hours=20)) == (2, 0)
    assert sorted(await open_alerts(database)) == sorted([beside, places[1]])


async def test_alerts_that_stay_open_delay_the_end_of_no_other(
    database: Database, places: list[tuple[int, str]]
) -> None:
    for place in places:
        await plan(database, place, OFTEN, SATURDAY)
    later = SATURDAY + timedelta(hours=1)
    await watch(database, later)
    async with database.tenant(TENANT) as tx:
        for connection_id, _ in places[:2]:
            await connections.update(tx, connection_id, later + timedelta(seconds=1))
        paused = later + timedelta(seconds=1)
        await connections.update(tx, places[2][0], paused, paused_at=paused)
    assert await watch(database, later + timedelta(minutes=1), limit=1) == (0, 1)


async def test_the_alert_of_a_dataset_that_is_not_synced_any_more_ends(
    database: Database, places: list[tuple[int, str]]
) -> None:
    await plan(database, places[0], OFTEN, SATURDAY - timedelta(hours=1))
    await watch(database, SATURDAY - timedelta(seconds=1))
    await choose(database, places[0][0], ["products"])
    await watch(database, SATURDAY)
    assert await open_alerts(database) == []
