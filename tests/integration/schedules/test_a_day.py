"""Twenty-four hours on the night that clocks are put back in Europe, or in America."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Final

import pytest

from integration.schedules.planning import (
    TENANT,
    Day,
    asked_at,
    events_of,
    misplace,
    open_alerts,
    plan,
    poison,
)
from odoosync.db import Database
from odoosync.sync.schedules.rhythm import Rhythm
from odoosync.sync.schedules.ticker import tick
from queue_world import populate

STEP: Final = timedelta(minutes=3)
EUROPE: Final = datetime(2026, 10, 24, 16, tzinfo=UTC)
AMERICA: Final = datetime(2026, 10, 31, 20, tzinfo=UTC)
NEW_YORK: Final = "America/New_York"
PLANS: Final = (
    ("contacts", Rhythm(every_s=900), {EUROPE: 96, AMERICA: 96}),
    ("products", Rhythm(every_s=3600), {EUROPE: 24, AMERICA: 24}),
    ("product_variants", Rhythm(every_s=9000), None),
    ("contacts", Rhythm(cron="0 * * * *", timezone="Europe/Berlin"), {EUROPE: 24, AMERICA: 24}),
    ("products", Rhythm(cron="30 2 * * *", timezone="Europe/Berlin"), {EUROPE: 1, AMERICA: 1}),
    ("contacts", Rhythm(cron="*/15 * * * *", timezone=NEW_YORK), {EUROPE: 96, AMERICA: 96}),
    ("products", Rhythm(cron="30 1 * * *", timezone=NEW_YORK), {EUROPE: 1, AMERICA: 1}),
    ("contacts", Rhythm(cron="0 9-17 * * *", timezone="America/St_Johns"), {EUROPE: 9, AMERICA: 8}),
)
"""Dataset, rhythm, and how often it ticks in the day that begins then, reckoned by hand."""


@pytest.fixture
async def places(database: Database) -> list[tuple[int, str]]:
    made = await populate(database, [TENANT] * len(PLANS))
    return [(one, dataset) for one, (dataset, _, _) in zip(made, PLANS, strict=True)]


@pytest.fixture
async def day(database: Database, database_url: str) -> AsyncIterator[Day]:
    opened = Day(database, database_url, EUROPE, STEP, Random(7))
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("database_url", "start"),
    [
        ("sqlite", EUROPE),
        ("postgresql", AMERICA),
        pytest.param("sqlite", AMERICA, marks=pytest.mark.soak),
        pytest.param("postgresql", EUROPE, marks=pytest.mark.soak),
    ],
    indirect=["database_url"],
)
async def test_no_tick_is_doubled_or_lost_while_tickers_are_killed(
    day: Day, places: list[tuple[int, str]], start: datetime
) -> None:
    day.now = start
    for place, (_, rhythm, _) in zip(places, PLANS, strict=True):
        await plan(day.database, place, rhythm, start)
    await day.until(start + timedelta(days=1))
    asked = await asked_at(day.database)
    for place, (_, rhythm, expected) in zip(places, PLANS, strict=True):
        if expected is not None:
            assert len(asked[place]) == expected[start], rhythm
        elif rhythm.every_s is not None:
            assert len(asked[place]) in {24 * 3600 // rhythm.every_s + extra for extra in (0, 1)}
    assert min(day.deaths["before commit"], day.deaths["after commit"]) > 5
    assert await open_alerts(day.database) == []


async def test_a_tick_comes_within_a_look_of_its_moment_whoever_dies(
    day: Day, places: list[tuple[int, str]]
) -> None:
    await plan(day.database, places[0], Rhythm(every_s=600), EUROPE)
    await day.until(EUROPE + timedelta(hours=6))
    seen = (await asked_at(day.database))[places[0]]
    gaps = [after - before for before, after in pairwise(seen)]
    assert max(abs(gap - timedelta(seconds=600)) for gap in gaps) <= 2 * STEP


async def test_what_is_missed_while_nobody_ticks_is_one_tick(
    day: Day, places: list[tuple[int, str]]
) -> None:
    await plan(day.database, places[0], Rhythm(every_s=600), EUROPE)
    await day.until(EUROPE + timedelta(hours=1))
    before = len((await asked_at(day.database))[places[0]])
    await day.until(EUROPE + timedelta(hours=5), ticking=False)
    day.chance = Random(1)
    await day.until(EUROPE + timedelta(hours=5) + 2 * STEP)
    assert len((await asked_at(day.database))[places[0]]) == before + 1


async def test_a_ticker_that_is_gone_is_noticed_without_it(
    day: Day, places: list[tuple[int, str]]
) -> None:
    for place in places[:2]:
        await plan(day.database, place, Rhythm(every_s=600), EUROPE)
    await day.until(EUROPE + timedelta(hours=1))
    await day.until(EUROPE + timedelta(hours=2), ticking=False)
    alarmed = sorted(await open_alerts(day.database))
    await day.until(EUROPE + timedelta(hours=3))
    told = [event for event in await events_of(day.database) if event[0].startswith("dataset.")]
    wanted = [("dataset.fresh_again", *place) for place in places[:2]]
    wanted += [("dataset.stale", *place) for place in places[:2]]
    assert (alarmed, await open_alerts(day.database)) == (sorted(places[:2]), [])
    assert sorted(told) == wanted


async def test_a_damaged_schedule_stops_no_other(
    database: Database, places: list[tuple[int, str]]
) -> None:
    for place in places[:3]:
        await plan(database, place, Rhythm(every_s=600), EUROPE)
    await poison(database, places[0])
    assert await tick(database, EUROPE + timedelta(hours=1)) == 2
    assert set(await asked_at(database)) == set(places[1:3])


async def test_a_schedule_that_is_broken_on_purpose_is_stale_after_two_intervals(
    day: Day, places: list[tuple[int, str]]
) -> None:
    for place in places[:2]:
        await plan(day.database, place, Rhythm(every_s=3600), EUROPE)
    await day.until(EUROPE + timedelta(hours=4))
    await misplace(day.database, places[0], EUROPE + timedelta(days=365))
    last = (await asked_at(day.database))[places[0]][-1]
    await day.until(last + timedelta(hours=2))
    before = await open_alerts(day.database)
    await day.until(day.now + 2 * STEP)
    assert (before, await open_alerts(day.database)) == ([], [places[0]])
