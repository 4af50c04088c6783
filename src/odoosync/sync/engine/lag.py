"""Learning by how much the dates in Odoo's database lag.

A row that only the comparison of ids finds, and that is dated before the window, was dated by a
clock that is behind, or by a transaction that took long. From then on windows reach back further.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from odoosync.clock import iso
from odoosync.log import get_logger
from odoosync.store import newest
from odoosync.sync.engine.work import Work
from odoosync.sync.window import LOOKBACK, Cursor, lag_shown_by

log = get_logger(__name__)


async def learn(work: Work, rows: Iterable[Mapping[str, Any]]) -> None:
    """Look at the dates of rows, as Odoo sent them, that the copy did not have before this run."""
    if work.low is None:
        return
    reached = work.low - LOOKBACK - work.plan.lag
    dates = ((row["id"], _dated(row)) for row in rows)
    late = {odoo_id: made for odoo_id, made in dates if made is not None and made < reached}
    if not late:
        return
    place = work.connection_id, work.dataset.name
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        known = await newest.stored_among(tx, *place, late)
        until = iso(work.low.replace(microsecond=0)) or ""
        last = await newest.latest_write_date(tx, *place, until=until)
    shown = [
        lag_shown_by(
            made,
            low=work.low,
            t0=work.plan.t0,
            newest=datetime.fromisoformat(last) if last else None,
        )
        for odoo_id, made in late.items()
        if odoo_id not in known
    ]
    lag_s = max((lag.total_seconds() for lag in shown if lag is not None), default=0.0)
    if lag_s > work.plan.lag_s:
        work.plan = replace(work.plan, lag_s=lag_s)
        log.warning("dates_lag", run=work.run_id, seconds=lag_s)


def has_grown(work: Work, cursor: Cursor) -> bool:
    """Tell whether windows before this run reached back too little.

    What another dataset of this Odoo showed since the run before counts as well.
    """
    return cursor.low is not None and work.plan.lag > cursor.lag


def _dated(row: Mapping[str, Any]) -> datetime | None:
    """Return the earlier of a row's dates; None where it has none that can be read."""
    texts = [str(row[name]) for name in ("create_date", "write_date") if row.get(name)]
    try:
        return datetime.fromisoformat(min(texts)).replace(tzinfo=UTC) if texts else None
    except ValueError:
        return None
