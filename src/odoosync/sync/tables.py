"""The log of runs, cursors (how far a copy is true), what Odoo fails on, questions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
)

from odoosync.db import BigId, JsonDocument, UtcDateTime, tenant_table

run_log = tenant_table(
    "run_log",
    Column("run_id", String(36), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("level", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("fields", JsonDocument, nullable=False),
    Index(None, "tenant_id"),
)

cursors = tenant_table(
    "cursors",
    Column(
        "connection_id",
        BigId,
        ForeignKey("connections.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("dataset", String(255), primary_key=True),
    Column("low", UtcDateTime),
    Column("low_seen_at", UtcDateTime),
    Column("shape", String(64)),
    Column("fields", JsonDocument),
    Column("completed_at", UtcDateTime),
    Column("full_at", UtcDateTime),
    Column("wide_at", UtcDateTime),
    Column("volatile_at", UtcDateTime),
    Column("ids_at", UtcDateTime),
    Column("labels_at", UtcDateTime),
    Column("lag_s", Double),
    Column("skew_s", Double),
    Column("confirmed", JsonDocument),
)

set_aside = tenant_table(
    "set_aside",
    Column(
        "connection_id",
        BigId,
        ForeignKey("connections.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("dataset", String(255), primary_key=True),
    Column("odoo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("field", String(255), primary_key=True),
    Column("error_code", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)

failing_fields = tenant_table(
    "failing_fields",
    Column(
        "connection_id",
        BigId,
        ForeignKey("connections.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("dataset", String(255), primary_key=True),
    Column("field", String(255), primary_key=True),
    Column("error_code", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    Column("ids", JsonDocument, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)

questions = tenant_table(
    "questions",
    Column(
        "connection_id",
        BigId,
        ForeignKey("connections.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("dataset", String(255), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("counts", JsonDocument, nullable=False),
    Column("examples", JsonDocument, nullable=False),
    Column("ids", LargeBinary, nullable=False),
    Column("fingerprint", String(32), nullable=False),
    Column("run_id", String(36), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("confirmed_by", BigId),
    CheckConstraint("kind IN ('deletions', 'restored')", name="kind"),
)
