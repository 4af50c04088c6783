"""The copy: one row a record, whatever its model, and the names that many2one values point to.

`data` holds ids only, never names of other records. No foreign key leads out of here: a check a
row would cost more than the bulk write itself; the removal of a connection deletes here by name.
Keys begin with the tenant, so that a write that names another's connection cannot meet its rows.

`change_xid` and `change_seq` order changes as they become visible; see `changes`. On SQLite, where
writers come one after the other, the first is 0 and `change_counters` counts the second up. On
PostgreSQL `change_clock.ahead` is added to the server's own transaction numbers, which begin anew
in a restored cluster.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Text,
    text,
)

from odoosync.db import BigId, JsonDocument, UtcDateTime, system_table, tenant_table

_DATASET = ("tenant_id", "connection_id", "dataset")
_GONE = text("deleted_at IS NOT NULL OR unreachable_at IS NOT NULL")


def _index_on(column: str, *more: str) -> Index:
    """Index a value that not every query names.

    Partial, so that no query without the value can take this index for the key: before its first
    ANALYZE, PostgreSQL thinks that one is as good as the other (300 ms instead of 3, seen).
    """
    there = text(f"{column} IS NOT NULL")
    return Index(
        f"ix_records_{column}",
        *_DATASET,
        column,
        *more,
        sqlite_where=there,
        postgresql_where=there,
    )


def _position(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


records = tenant_table(
    "records",
    Column("connection_id", BigId, nullable=False),
    Column("dataset", String(255), nullable=False),
    Column("odoo_id", BigInteger, nullable=False),
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
    _position("change_xid"),
    _position("change_seq"),
    _position("created_seq"),
    PrimaryKeyConstraint(*_DATASET, "odoo_id"),
    Index("ix_records_changes", "tenant_id", "change_xid", "change_seq"),
    Index("ix_records_gone", *_DATASET, "odoo_id", sqlite_where=_GONE, postgresql_where=_GONE),
    _index_on("odoo_write_date"),
    _index_on("email", "odoo_id"),
    _index_on("reference", "odoo_id"),
    _index_on("barcode", "odoo_id"),
    foreign_key=False,
)

labels = tenant_table(
    "labels",
    Column("connection_id", BigId, nullable=False),
    Column("model", String(255), nullable=False),
    Column("odoo_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("refreshed_at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("tenant_id", "connection_id", "model", "odoo_id"),
    foreign_key=False,
)

change_counters = tenant_table(
    "change_counters",
    Column("last_seq", BigInteger, nullable=False),
    PrimaryKeyConstraint("tenant_id"),
    foreign_key=False,
)

change_clock = system_table(
    "change_clock",
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("ahead", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)
