"""What is said of clocks that differ, in the run and to the operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, func, or_, select

from odoosync.connections.tables import connections
from odoosync.db import Database
from odoosync.sync.tables import cursors

TOLERANCE: Final = timedelta(minutes=1)
_UNITS: Final = (("days", 86_400), ("hours", 3_600), ("minutes", 60))


def skew_remark(skew_s: float | None) -> str | None:
    """Remark that the server's clock is ahead of ours by so many seconds; None for no remark."""
    if skew_s is None or abs(skew_s) <= TOLERANCE.total_seconds():
        return None
    return (
        f"The clock of this Odoo's server, or of a proxy before it, is {_skew(skew_s)}. Nothing is "
        "lost, for syncs go by the earlier one; but they may read rows twice. Set the wrong clock "
        "right."
    )


def lag_remark(lag_s: float, *, grew: bool) -> str | None:
    """Remark that windows reach back further; `grew`: since this run. None for no remark."""
    if not lag_s:
        return None
    again = "What may have been missed was read again. " if grew else ""
    return (
        "A new row in Odoo was dated well before the sync that missed it: the clock of Odoo's "
        f"database is behind, or a transaction took long. {again}Syncs look back {_span(lag_s)} "
        "further since. Full syncs of all datasets take that back."
    )


async def remarks(database: Database) -> list[str]:
    """List, over all tenants, whose clocks differed at the last syncs: for the operator."""
    ahead, behind = func.max(cursors.c.skew_s), func.min(cursors.c.skew_s)
    lag, far = func.max(cursors.c.lag_s), TOLERANCE.total_seconds()
    of_each = (
        select(connections.c.id, connections.c.odoo_url)
        .add_columns(ahead.label("ahead"), behind.label("behind"), lag.label("lag"))
        .join(cursors, cursors.c.connection_id == connections.c.id)
        .where(connections.c.deleted_at.is_(None))
        .group_by(connections.c.id, connections.c.odoo_url)
        .having(or_(ahead > far, behind < -far, lag > 0))
        .order_by(connections.c.id)
    )
    async with database.system(write=False) as tx:
        return [_told(row) for row in await tx.all(of_each)]


def _told(row: Row[Any]) -> str:
    far = TOLERANCE.total_seconds()
    skews = [one for one in dict.fromkeys((row.ahead, row.behind)) if abs(one or 0) > far]
    told = [f"its server's clock is {_skew(one)}" for one in skews]
    if row.lag:
        told.append(f"its database dates rows {_span(row.lag)} late")
    return f"connection {row.id} ({row.odoo_url}): {', '.join(told)}"


def _skew(skew_s: float) -> str:
    return f"{_span(abs(skew_s))} {'ahead of' if skew_s > 0 else 'behind'} ours"


def _span(seconds: float) -> str:
    """Render in the largest unit of which there are two."""
    for name, length in _UNITS:
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {name}"
    return f"{seconds:.0f} seconds"
