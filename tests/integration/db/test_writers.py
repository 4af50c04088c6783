"""SQLite has one writer at a time: those of a process write in the order in which they come."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from odoosync.db import open_database
from waiting import PATIENCE_S

COME = 12


async def test_writers_come_in_order_and_who_waits_takes_no_connection(sqlite_url: str) -> None:
    write_lock = asyncio.Lock()
    one = open_database(sqlite_url, pool_size=1, write_lock=write_lock)
    other = open_database(sqlite_url, pool_size=1, write_lock=write_lock)
    wrote: list[int] = []

    async def write(number: int) -> None:
        async with (one if number % 2 else other).system() as tx:
            wrote.append(number)
            await tx.execute(text("SELECT 1"))

    async with asyncio.timeout(PATIENCE_S):
        async with one.system():
            writing = []
            for number in range(COME):
                writing.append(asyncio.create_task(write(number)))
                await asyncio.sleep(0)
            async with one.system(write=False) as tx:
                assert await tx.scalar(text("SELECT 1")) == 1
        await asyncio.gather(*writing)
    assert wrote == list(range(COME))
    await one.close()
    await other.close()
