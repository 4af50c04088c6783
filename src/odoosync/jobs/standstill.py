"""Writing beside a lane: only while nothing of it is going on, and nothing went on meanwhile.

Each claim of a lane moves its fence. Whoever notes the fence of a lane that stands still, works
something out, and then finds the same fence in the transaction that writes, has written as if it
had held the lane: the row is locked until the commit, so that nobody can claim it.
"""

from __future__ import annotations

from sqlalchemy import Row, Select

from odoosync.db import Tx
from odoosync.jobs.tables import lanes

NEVER_ASKED = 0
"""Stands for the fence of a lane that is not there yet; fences of lanes are larger."""


async def fence_at_rest(tx: Tx, connection_id: int, dataset: str) -> int | None:
    """Return the fence of a lane that stands still; None while a generation is going on."""
    return _at_rest(await tx.first(_lane(tx, connection_id, dataset)))


async def is_still_at_rest(tx: Tx, connection_id: int, dataset: str, fence: int) -> bool:
    """Tell whether nothing began since the fence was noted; the lane is locked until the commit."""
    lane = await tx.first(_lane(tx, connection_id, dataset).with_for_update())
    return _at_rest(lane) == fence


def _lane(tx: Tx, connection_id: int, dataset: str) -> Select[tuple[int, int | None]]:
    return tx.select(lanes, lanes.c.fence, lanes.c.running_gen).where(
        lanes.c.connection_id == connection_id, lanes.c.dataset == dataset
    )


def _at_rest(lane: Row[tuple[int, int | None]] | None) -> int | None:
    if lane is None:
        return NEVER_ASKED
    return lane.fence if lane.running_gen is None else None
