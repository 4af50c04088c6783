"""The rows with the newest write dates: those that a restored Odoo would have older, or not."""

from __future__ import annotations

from typing import NamedTuple

from odoosync.db import Tx
from odoosync.store.tables import records


class Dated(NamedTuple):
    """A row's dates as Odoo told them; `created` is None where the copy does not keep it."""

    odoo_id: int
    written: str
    created: str | None


async def newest(tx: Tx, connection_id: int, dataset: str, *, limit: int = 20) -> list[Dated]:
    """Return the dates of the live rows written last, the newest first."""
    statement = (
        tx.select(records, records.c.odoo_id, records.c.odoo_write_date, records.c.data)
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
    return [
        Dated(row.odoo_id, row.odoo_write_date, row.data.get("create_date"))
        for row in await tx.all(statement)
    ]
