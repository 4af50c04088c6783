"""A copy in the database as a sync leaves it, for tests of what reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from odoosync.connections.store import Tested
from odoosync.crypto import KeyRing, Secret
from odoosync.db import Database
from odoosync.store import labels, writing
from odoosync.store.rows import encode
from odoosync.sync import cursors
from odoosync.sync.datasets import dataset_named
from odoosync.sync.mapping import to_row
from saving import save_tested

NOW = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
SYNCED_AT = "2026-01-31T12:00:00.123456Z"

CONTACT_TYPES: dict[str, dict[str, Any]] = {
    **{
        name: {"type": "char", "relation": None, "string": name}
        for name in ("name", "display_name", "email", "phone", "city", "ref", "x_nickname")
    },
    "is_company": {"type": "boolean", "relation": None, "string": "Is a Company"},
    "parent_id": {"type": "many2one", "relation": "res.partner", "string": "Related Company"},
    "country_id": {"type": "many2one", "relation": "res.country", "string": "Country"},
    "category_id": {"type": "many2many", "relation": "res.partner.category", "string": "Tags"},
    "x_score": {"type": "float", "relation": None, "string": "Score"},
    "x_born": {"type": "date", "relation": None, "string": "Born"},
    "active": {"type": "boolean", "relation": None, "string": "Active"},
    "write_date": {"type": "datetime", "relation": None, "string": "Last Updated on"},
}

ANNA: dict[str, Any] = {
    "name": "Anna Ölander",
    "display_name": "Azure, Anna Ölander",
    "email": "anna@example.org",
    "phone": None,
    "city": "Bern",
    "ref": "C-1",
    "is_company": False,
    "parent_id": 3,
    "country_id": 43,
    "category_id": [4, 5],
    "x_nickname": "Änni",
    "x_score": 1.5,
    "x_born": "1990-05-17",
    "active": True,
    "write_date": "2026-01-01T00:00:00Z",
}
BERT: dict[str, Any] = {
    "name": "Bert",
    "display_name": "Bert",
    "city": "Basel",
    "country_id": 44,
    "active": False,
    "write_date": "2026-01-02T00:00:00Z",
}
AZURE: dict[str, Any] = {
    "name": "Azure",
    "display_name": "Azure",
    "is_company": True,
    "active": True,
    "write_date": "2026-01-03T00:00:00Z",
}
CONTACTS = {1: ANNA, 2: BERT, 3: AZURE}


async def connect(
    database: Database, key_ring: KeyRing, tenant_id: int, name: str = "odoo_db"
) -> int:
    """Store a connection, which becomes the active one; returns its id."""
    tested = Tested(
        odoo_url="http://localhost:8069",
        odoo_database=name,
        odoo_username="admin",
        secret=Secret("admin"),
        server={"serie": "18.0", "protocol": "jsonrpc"},
        odoo_uid=2,
        contact_count=0,
        product_count=0,
    )
    async with database.tenant(tenant_id) as tx:
        stored = await save_tested(tx, key_ring, tested, now=NOW)
    return stored.id


async def keep(
    database: Database,
    tenant_id: int,
    connection_id: int,
    rows: dict[int, dict[str, Any]],
    *,
    dataset: str = "contacts",
    types: dict[str, dict[str, Any]] | None = None,
) -> None:
    """Store rows of a dataset, and what the last sync knew of its fields."""
    declared = dataset_named(dataset)
    made = [to_row(declared, odoo_id, data) for odoo_id, data in rows.items()]
    async with database.tenant(tenant_id) as tx:
        await writing.write_page(tx, connection_id, dataset, map(encode, made), now=NOW)
        await cursors.write(tx, connection_id, dataset, fields=types or CONTACT_TYPES)


async def name_countries(
    database: Database, tenant_id: int, connection_id: int, ids: Sequence[int] = (43,)
) -> None:
    async with database.tenant(tenant_id) as tx:
        names = {odoo_id: f"Country {odoo_id}" for odoo_id in ids}
        await labels.put(tx, connection_id, "res.country", names, NOW)
