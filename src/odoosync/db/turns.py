"""Taking turns between processes, for what one of them at a time is enough for."""

from __future__ import annotations

from sqlalchemy import func, select

from odoosync.db.door import Tx


async def takes_turn(tx: Tx, what: str) -> bool:
    """Tell whether this transaction may do `what`, as the only one until it ends.

    On SQLite, where writers come one after the other anyway, it always may.
    """
    if tx.dialect != "postgresql":
        return True
    key = func.hashtextextended(what, 0)
    return bool(await tx.scalar(select(func.pg_try_advisory_xact_lock(key))))
