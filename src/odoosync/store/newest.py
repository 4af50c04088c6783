"""The rows with the newest write dates: those that a restored Odoo would have older, or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import func

from odoosync.db import Tx
from odoosync.store.dialects import in_chunks, one_of
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


async def latest_write_date(tx: Tx, connection_id: int, dataset: str, *, until: str) -> str | None:
    """Return the latest write date of all rows that are not dated after `until`."""
    latest: str | None = await tx.scalar(
        tx.select(records, func.max(records.c.odoo_write_date)).where(
            records.c.connection_id == connection_id,
            records.c.dataset == dataset,
            records.c.odoo_write_date <= until,
        )
    )
    return latest


async def stored_among(tx: Tx, connection_id: int, dataset: str, ids: Iterable[int]) -> set[int]:
    """Return those of the ids that are stored, rows that are gone from Odoo included."""
    found: set[int] = set()
    for part in in_chunks(ids):
        statement = tx.select(records, records.c.odoo_id).where(
            records.c.connection_id == connection_id,
            records.c.dataset == dataset,
            one_of(tx.dialect, records.c.odoo_id, part),
        )
        found.update(row.odoo_id for row in await tx.all(statement))
    return found
