"""The rows with the newest write dates: those that a restored Odoo would have older, or not."""

from __future__ import annotations

from odoosync.db import Tx
from odoosync.store.tables import records


async def newest(
    tx: Tx, connection_id: int, dataset: str, *, limit: int = 20
) -> list[tuple[int, str]]:
    """Return (id, write date) of the live rows written last, the newest first."""
    statement = (
        tx.select(records, records.c.odoo_id, records.c.odoo_write_date)
        .where(
            records.c.connection_id == connection_id,
            records.c.dataset == dataset,
            records.c.odoo_write_date.is_not(None),
            records.c.deleted_at.is_(None),
            records.c.unreachable_at.is_(None),
        )
        .order_by(records.c.odoo_write_date.desc())
        .limit(limit)
    )
    return [(row.odoo_id, row.odoo_write_date) for row in await tx.all(statement)]
