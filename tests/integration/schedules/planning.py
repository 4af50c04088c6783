"""Schedules on a clock that is moved by hand, tickers that die, and a worker that only notes ends.

Nothing waits here: a day is as long as the database takes for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from databases import share_statements
from odoosync.db import Database, Tx, open_database
from odoosync.jobs.tables import runs as run_table
from odoosync.sync import cursors, runs
from odoosync.sync.freshness.watch import watch
from odoosync.sync.runs import Status
from odoosync.sync.schedule_tables import alerts, events, schedules
from odoosync.sync.schedules import store
from odoosync.sync.schedules.rhythm import Rhythm
from odoosync.sync.schedules.store import Schedule
from odoosync.sync.schedules.ticker import tick
from queue_world import claim

TENANT = 1


class Killed(BaseException):
    """What kill -9 does to a transaction, and to all that would have come after it."""


class Mortal(Database):
    """A process's own way to the database; dies in its `dies_in`-th write from now."""

    dies_in: int | None = None
    after_commit = False

    @asynccontextmanager
    async def tenant(self, tenant_id: int, *, write: bool = True) -> AsyncIterator[Tx]:
        dies = write and self._dies_now()
        async with super().tenant(tenant_id, write=write) as tx:
            yield tx
            if dies and not self.after_commit:
                raise Killed
        if dies:
            raise Killed

    def _dies_now(self) -> bool:
        if self.dies_in is None:
            return False
        self.dies_in -= 1
        return self.dies_in == 0


def mortal(url: str) -> Mortal:
    opened = open_database(url, pool_size=2)
    share_statements(opened)
    return Mortal(opened.engine, opened.url)


async def plan(
    database: Database, place: tuple[int, str], rhythm: Rhythm, now: datetime, **more: Any
) -> Schedule:
    """Set a schedule of the first tenant's."""
    options: dict[str, Any] = {"paused": False, "user_id": None} | more
    async with database.tenant(TENANT) as tx:
        return await store.put(tx, place, rhythm, now=now, **options)


async def end_runs(database: Database, now: datetime, status: Status = "succeeded") -> int:
    """Do a worker's work: end whatever is due, as a sync does at its end."""
    held = await claim(database, limit=1000, per_tenant=1000)
    for one in held:
        async with database.tenant(one.tenant_id) as tx:
            if status == "succeeded":
                await cursors.write(tx, one.connection_id, one.dataset, completed_at=now)
            code = None if status == "succeeded" else "odoo_unreachable"
            await runs.finish(tx, one, status, now, error_code=code)
    return len(held)


async def asked_at(database: Database) -> dict[tuple[int, str], list[datetime]]:
    """Return when each schedule's runs were asked for, in order."""
    found = defaultdict(list)
    async with database.tenant(TENANT, write=False) as tx:
        for row in await tx.all(tx.select(run_table).order_by(run_table.c.created_at)):
            found[row.connection_id, row.dataset].append(row.created_at)
    return found


async def events_of(database: Database) -> list[tuple[str, int, str]]:
    async with database.tenant(TENANT, write=False) as tx:
        rows = await tx.all(tx.select(events).order_by(events.c.id))
    return [(row.kind, row.connection_id, row.dataset) for row in rows]


async def open_alerts(database: Database) -> list[tuple[int, str]]:
    async with database.tenant(TENANT, write=False) as tx:
        rows = await tx.all(tx.select(alerts).where(alerts.c.closed_at.is_(None)))
    return [(row.connection_id, row.dataset) for row in rows]


async def misplace(database: Database, place: tuple[int, str], due: datetime) -> None:
    """Break a schedule in the way that no ticker notices: its moment is lost."""
    async with database.tenant(TENANT) as tx:
        await tx.execute(
            tx.update(schedules)
            .where(schedules.c.connection_id == place[0], schedules.c.dataset == place[1])
            .values(next_due=due)
        )


async def poison(database: Database, place: tuple[int, str]) -> None:
    """Damage a schedule: its time zone is in no list any more."""
    async with database.tenant(TENANT) as tx:
        await tx.execute(
            tx.update(schedules)
            .where(schedules.c.connection_id == place[0], schedules.c.dataset == place[1])
            .values(every_s=None, cron="0 * * * *", timezone="Europe/Gone")
        )


@dataclass
class Day:
    """A clock, two tickers that are killed now and then, and a watch that is neither of them."""

    database: Database
    url: str
    now: datetime
    step: timedelta
    chance: Random
    tickers: list[Mortal] = field(default_factory=list)
    deaths: Counter[str] = field(default_factory=Counter)

    async def until(self, end: datetime, *, ticking: bool = True) -> None:
        while self.now < end:
            self.now += self.step
            if ticking and await self._tick():
                await end_runs(self.database, self.now)
            if self.now.minute % 6 == 0:
                await watch(self.database, self.now)

    async def _tick(self) -> bool:
        """Let both tickers look at once, by clocks that differ a little; tells if any did much."""
        while len(self.tickers) < 2:
            self.tickers.append(mortal(self.url))
        for one in self.tickers:
            one.dies_in = self.chance.choice([None, None, None, None, 1])
            one.after_commit = self.chance.random() < 0.5
        ahead = timedelta(seconds=self.chance.uniform(0, 2))
        moments = (self.now, self.now - ahead)
        works = [tick(one, at) for one, at in zip(self.tickers, moments, strict=True)]
        ended = await asyncio.gather(*works, return_exceptions=True)
        for one, how in zip(list(self.tickers), ended, strict=True):
            if isinstance(how, Killed):
                self.deaths["after commit" if one.after_commit else "before commit"] += 1
                self.tickers.remove(one)
                await one.close()
            elif isinstance(how, BaseException):
                raise how
        return any(how != 0 for how in ended)

    async def close(self) -> None:
        for one in self.tickers:
            await one.close()
