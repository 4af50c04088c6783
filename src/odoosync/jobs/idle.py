"""Writing beside the syncs of a dataset: only while none is running, and none ran meanwhile.

Whoever notes which sync began last, works something out, and then finds the same one in the
transaction that writes, has written as if it had held the dataset: none begins before the commit.
"""

from __future__ import annotations

from sqlalchemy import case, func, select

from odoosync.db import Tx
from odoosync.jobs.tables import QUEUED, RUNNING, runs


async def last_begun(tx: Tx, connection_id: int, dataset: str) -> int | None:
    """Return the number of the sync that began last, 0 for none; None while one is running."""
    is_running = func.max(case((RUNNING, 1), else_=0)).label("is_running")
    last = func.max(runs.c.number).label("last")
    of_dataset = tx.select(runs, is_running, last).where(
        runs.c.connection_id == connection_id,
        runs.c.dataset == dataset,
        runs.c.kind == "sync",
        ~QUEUED,
    )
    row = await tx.first(of_dataset)
    assert row is not None  # noqa: S101 - an aggregate has one row
    return None if row.is_running else row.last or 0


async def is_still_idle(tx: Tx, connection_id: int, dataset: str, begun: int) -> bool:
    """Tell whether none began since; none begins until the commit."""
    await lock(tx, connection_id, dataset)
    return await last_begun(tx, connection_id, dataset) == begun


async def lock(tx: Tx, connection_id: int, dataset: str) -> None:
    """Be the only one to write to a dataset or to begin a sync of it, until the commit.

    SQLite lets one writer at a time do anything.
    """
    if tx.dialect == "postgresql":
        key = func.hashtextextended(f"dataset {connection_id} {dataset}", 0)
        await tx.execute(select(func.pg_advisory_xact_lock(key)))
