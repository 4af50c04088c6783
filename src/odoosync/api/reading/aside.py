"""Pages of what is set aside: rows and fields that Odoo fails on, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from odoosync.api.reading.cursor import read_cursor, write_cursor
from odoosync.api.reading.errors import BadLimit
from odoosync.api.reading.listing import LARGEST_PAGE
from odoosync.clock import iso
from odoosync.connections import store as connections
from odoosync.db import Database
from odoosync.event_loop import paced
from odoosync.sync import set_aside
from odoosync.sync.datasets import dataset_named
from odoosync.sync.set_aside import Place

_LOG: Final = "what is set aside"


@dataclass(frozen=True, slots=True)
class AsidePage:
    items: list[dict[str, Any]]
    next_cursor: str | None


async def list_set_aside(
    database: Database,
    tenant_id: int,
    connection_id: int | None,
    *,
    dataset: str | None = None,
    limit: int,
    cursor: str | None = None,
) -> AsidePage:
    """Return one page of a connection's. Raises NoConnection, UnknownDataset, BadLimit, BadCursor.

    Without `connection_id` the active connection is meant.
    """
    if dataset is not None:
        dataset_named(dataset)
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadLimit(LARGEST_PAGE)
    after = _read_cursor(cursor)
    async with database.tenant(tenant_id, write=False) as tx:
        connection = await connections.chosen(tx, connection_id)
        found = await set_aside.listed(
            tx, connection.id, dataset=dataset, limit=limit + 1, after=after
        )
    shown = found[:limit]
    more = len(found) > limit
    items = [_view(row) async for row in paced(shown)]
    return AsidePage(items, _write_cursor(shown[-1]) if more else None)


def _view(row: Row[Any]) -> dict[str, Any]:
    return {
        "connection_id": row.connection_id,
        "dataset": row.dataset,
        "odoo_id": row.odoo_id,
        "field": row.field or None,
        "code": row.error_code,
        "reason": row.reason,
        "first_at": iso(row.first_at),
        "last_at": iso(row.last_at),
    }


def _write_cursor(row: Row[Any]) -> str:
    return write_cursor(_LOG, row.dataset, row.odoo_id, row.field)


def _read_cursor(cursor: str | None) -> Place | None:
    values = read_cursor(_LOG, cursor, str, int | None, str)
    return None if values is None else Place(*values)
