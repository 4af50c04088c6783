"""Rests that end when others have written."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from sqlalchemy import text

from odoosync.accounts.tables import tenants
from odoosync.db import Database, open_database
from waiting import PATIENCE_S

LONG_S = 2 * PATIENCE_S
NOW = datetime(2026, 1, 31, tzinfo=UTC)


async def _write(database: Database, number: int = 1) -> None:
    async with database.system() as tx:
        await tx.execute(tenants.insert().values(id=number, name="t", created_at=NOW))


async def test_a_rest_ends_when_somebody_has_written(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with database.watch() as watch:
        async with asyncio.timeout(PATIENCE_S):
            resting = asyncio.create_task(watch.rest(least=0, most=LONG_S))
            await asyncio.sleep(0.05)
            assert not resting.done()
            await _write(database)
            await resting
    await database.close()


async def test_what_was_written_before_a_rest_ends_it_at_once(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with database.watch() as watch:
        await _write(database)
        async with asyncio.timeout(PATIENCE_S):
            await watch.rest(least=0, most=LONG_S)
    await database.close()


async def test_a_rest_lasts_as_long_as_it_is_where_nothing_is_written(database: Database) -> None:
    with database.watch() as watch:
        async with database.system(write=False) as tx:
            await tx.scalar(text("SELECT 1"))
        started = time.monotonic()
        await watch.rest(least=0, most=0.2)
    assert time.monotonic() - started >= 0.19


async def test_a_rest_lasts_its_least_whatever_is_written(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with database.watch() as watch:
        await _write(database)
        started = time.monotonic()
        await watch.rest(least=0.2, most=LONG_S)
    assert time.monotonic() - started >= 0.19
    await database.close()
