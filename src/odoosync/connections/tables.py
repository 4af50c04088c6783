"""A user's Odoo instances. The secret is sealed; the pair (URL, database) never changes.

A deleted one can be restored until `removed_from`; then it `is_going`: it gives its pair back, and
its row stays until the last of its copy is gone; see `leaving`.
`retold_to` is set after a restore, until all rows have new places in the change feed; see
`returning`.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)

from odoosync.db import BigId, JsonDocument, UtcDateTime, sealed_column, tenant_table

connections = tenant_table(
    "connections",
    Column("id", BigId, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("odoo_url", String(2048), nullable=False),
    Column("odoo_database", String(255), nullable=False),
    Column("odoo_username", String(255), nullable=False),
    sealed_column("sealed_secret", nullable=True),
    Column("secret_version", Integer, nullable=False),
    Column("server", JsonDocument),
    Column("extra_fields", JsonDocument, nullable=False),
    Column("preferences", JsonDocument, nullable=False, server_default="{}"),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("tested_at", UtcDateTime),
    Column("paused_at", UtcDateTime),
    Column("rate_limited_since", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    Column("removed_from", UtcDateTime),
    Column("is_going", Boolean, nullable=False, server_default="0"),
    Column("retold_to", JsonDocument),
    UniqueConstraint("tenant_id", "odoo_url", "odoo_database"),
    Index(
        "uq_connections_one_active",
        "tenant_id",
        unique=True,
        sqlite_where=text("is_active"),
        postgresql_where=text("is_active"),
    ),
    CheckConstraint(
        "deleted_at IS NULL OR (NOT is_active AND sealed_secret IS NULL)", name="deleted"
    ),
)
