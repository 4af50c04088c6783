"""Giving rows new places in the change feed, though nothing about them has changed."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, tuple_

from odoosync.db import Tx
from odoosync.store import positions
from odoosync.store.tables import records


class Key(NamedTuple):
    """Where a row stands among those of its connection."""

    dataset: str
    odoo_id: int


async def tell_anew(tx: Tx, connection_id: int, after: Key | None, *, most: int) -> Key | None:
    """Move up to `most` rows beyond `after` to the feed's end; returns the last one's key.

    None when there was none beyond it.
    """
    place = tuple_(records.c.dataset, records.c.odoo_id)
    mine: list[ColumnElement[Any]] = [records.c.connection_id == connection_id]
    if after is not None:
        mine.append(place > tuple_(*after))
    keys = tx.select(records, records.c.dataset, records.c.odoo_id).where(*mine)
    ordered = keys.order_by(records.c.dataset, records.c.odoo_id).limit(most)
    found = [Key(row.dataset, row.odoo_id) for row in await tx.all(ordered)]
    if not found:
        return None
    change = tx.update(records).where(records.c.connection_id == connection_id)
    if tx.dialect == "postgresql":
        part = change.where(*mine, place <= tuple_(*found[-1]))
        await tx.execute(part.values(**positions.marked_now()))
    else:
        one = change.where(
            records.c.dataset == bindparam("its_dataset"), records.c.odoo_id == bindparam("its_id")
        ).values(change_seq=bindparam("place"))
        before = await positions.reserve(tx, len(found))
        await tx.execute(
            one,
            [
                {"its_dataset": key.dataset, "its_id": key.odoo_id, "place": place}
                for place, key in enumerate(found, before + 1)
            ],
        )
    return found[-1]
