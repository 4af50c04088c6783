"""Breakers: a row for each connection whose Odoo failed since its last success."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Text

from odoosync.db import BigId, UtcDateTime, tenant_table

breakers = tenant_table(
    "breakers",
    Column(
        "connection_id",
        BigId,
        ForeignKey("connections.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("opened", Integer, nullable=False, server_default="0"),
    Column("since", UtcDateTime),
    Column("tried_at", UtcDateTime),
    Column("retry_at", UtcDateTime),
    Column("probe_until", UtcDateTime),
    Column("rejected", Boolean, nullable=False, server_default="0"),
    Column("code", String(64), nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("secret_version", Integer, nullable=False, server_default="0"),
)
