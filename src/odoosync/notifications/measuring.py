"""How far the sending of events is behind, across all tenants, for whoever runs the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import case, func, select, text

from odoosync.db import Database, Tx
from odoosync.db.moments import epoch_of
from odoosync.notifications.tables import deliveries
from odoosync.sync.schedule_tables import events

Way = Literal["webhook", "mail"]
WAYS: Final[tuple[Way, ...]] = ("webhook", "mail")
_WAY: Final = case((deliveries.c.webhook_id.is_(None), "mail"), else_="webhook")
# Words and no parameters: planners take a partial index only for the very condition that it has.
_FAILED: Final = text("status = 'failed'")


@dataclass(frozen=True, slots=True)
class Backlog:
    """Of one way: `failed` are those in the log that are not tried any more."""

    waiting: int = 0
    oldest_s: float = 0.0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`untold` events are yet to become deliveries: none does while no worker is alive."""

    untold: int
    backlog: Mapping[Way, Backlog]


async def measure_outgoing(database: Database, now: datetime) -> Outgoing:
    """Count what waits and what failed; what arrived, which is nearly all, is not looked at."""
    async with database.system(write=False) as tx:
        untold = select(func.count()).select_from(events).where(events.c.taken_at.is_(None))
        waiting = await _waiting(tx)
        failed = await _failed(tx)
        return Outgoing(
            untold=int(await tx.scalar(untold) or 0),
            backlog={way: _backlog(waiting.get(way), failed.get(way, 0), now) for way in WAYS},
        )


def _backlog(waiting: tuple[int, float] | None, failed: int, now: datetime) -> Backlog:
    if waiting is None:
        return Backlog(failed=failed)
    number, since = waiting
    return Backlog(number, max(0.0, now.timestamp() - since), failed)


async def _waiting(tx: Tx) -> dict[str, tuple[int, float]]:
    """Return by way how many wait, and since when the oldest does."""
    since = func.min(epoch_of(deliveries.c.created_at))
    pending = deliveries.c.next_try_at.is_not(None)
    rows = await _by_way(tx, pending, func.count().label("number"), since.label("since"))
    return {row.way: (row.number, float(row.since)) for row in rows}


async def _failed(tx: Tx) -> dict[str, int]:
    rows = await _by_way(tx, _FAILED, func.count().label("number"))
    return {row.way: row.number for row in rows}


async def _by_way(tx: Tx, condition: Any, *columns: Any) -> Any:
    way = _WAY.label("way")
    return await tx.all(select(way, *columns).where(condition).group_by(_WAY))
