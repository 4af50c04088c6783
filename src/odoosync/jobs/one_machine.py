"""Refusing to share a SQLite file with another machine, of which a worker there is the witness."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import select

from odoosync.db import Database
from odoosync.db.home import USE_POSTGRESQL, NotOnThisMachine
from odoosync.jobs.tables import workers

_STILL_S: Final = 6.0
"""Three beats: what has not moved by then is what a machine left when it was switched off."""


async def check_alone(
    database: Database,
    machine: str,
    *,
    watch_s: float = _STILL_S,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Raise NotOnThisMachine when a worker of another machine is alive in this SQLite file.

    No two clocks are compared: it is alive when what it writes moves. One that is gone costs
    `watch_s` seconds, once, for the next worker here forgets it.
    """
    if database.dialect != "sqlite":
        return
    before = await _seen_elsewhere(database, machine)
    if not before:
        return
    await sleep(watch_s)
    after = await _seen_elsewhere(database, machine)
    if any(seen_at != before.get(name) for name, seen_at in after.items()):
        raise NotOnThisMachine(
            "Another machine is at work in this SQLite file, which only one may use. "
            f"{USE_POSTGRESQL}, or stop the service there."
        )
    await _forget(database, list(after))


async def _seen_elsewhere(database: Database, machine: str) -> dict[str, float]:
    async with database.system(write=False) as tx:
        rows = await tx.all(select(workers).where(workers.c.machine != machine))
    return {row.id: row.seen_at for row in rows}


async def _forget(database: Database, names: list[str]) -> None:
    async with database.system() as tx:
        await tx.execute(workers.delete().where(workers.c.id.in_(names)))
