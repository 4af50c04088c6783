"""Rows for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from odoosync.db import Database
from odoosync.store import writing
from odoosync.store.rows import Row, encode

NOW = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)


def row(odoo_id: int, **data: Any) -> Row:
    return Row(
        odoo_id=odoo_id,
        data=data,
        name=data.get("name"),
        email=data.get("email"),
        reference=data.get("ref"),
        active=data.get("active", True),
        search=f"{data.get('name')} {data.get('email')}".casefold(),
        write_date=data.get("write_date"),
    )


async def write(
    database: Database, rows: Sequence[Row], *, tenant: int = 1, dataset: str = "contacts"
) -> None:
    async with database.tenant(tenant) as tx:
        await writing.write_page(tx, 7, dataset, map(encode, rows), now=NOW)
