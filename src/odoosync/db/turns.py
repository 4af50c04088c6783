"""Taking turns between processes, for what one of them at a time is enough for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy import func, select

from odoosync.db.door import Tx
from odoosync.db.engine import Database

_REST_S: Final = 0.05


async def takes_turn(tx: Tx, what: str) -> bool:
    """Tell whether this transaction may do `what`, as the only one until it ends.

    On SQLite, where writers come one after the other anyway, it always may.
    """
    if tx.dialect != "postgresql":
        return True
    key = func.hashtextextended(what, 0)
    return bool(await tx.scalar(select(func.pg_try_advisory_xact_lock(key))))


async def in_parts(database: Database, what: str, part: Callable[[Tx], Awaitable[int]]) -> int:
    """Across tenants: do a `part` a transaction, with rests, until one finds nothing to do.

    Stops, too, where another process is at it. Returns how much was done in all.
    """
    done = 0
    while True:
        async with database.system() as tx:
            count = await part(tx) if await takes_turn(tx, what) else 0
        if not count:
            return done
        done += count
        await asyncio.sleep(_REST_S)
