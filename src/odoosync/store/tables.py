"""The copy: one row a record, whatever its model, and the names that many2one values point to.

`data` holds ids only, never names of other records. No foreign key leads out of here: a check a
row would cost more than the bulk write itself; deletion of a connection deletes here by name.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, String, Text

from odoosync.db import BigId, JsonDocument, UtcDateTime, tenant_table

records = tenant_table(
    "records",
    Column("connection_id", BigId, primary_key=True, autoincrement=False),
    Column("dataset", String(255), primary_key=True),
    Column("odoo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("data", JsonDocument, nullable=False),
    Column("name", Text),
    Column("email", Text),
    Column("reference", Text),
    Column("barcode", Text),
    Column("active", Boolean, nullable=False),
    Column("search", Text, nullable=False),
    Column("odoo_write_date", String(32)),
    Column("content_hash", LargeBinary(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("synced_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    Column("unreachable_at", UtcDateTime),
    Index("ix_records_newest", "connection_id", "dataset", "odoo_write_date"),
    foreign_key=False,
)

labels = tenant_table(
    "labels",
    Column("connection_id", BigId, primary_key=True, autoincrement=False),
    Column("model", String(255), primary_key=True),
    Column("odoo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("refreshed_at", UtcDateTime, nullable=False),
    foreign_key=False,
)
