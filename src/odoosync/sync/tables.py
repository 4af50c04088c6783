"""History (one row a run), cursors (how far a copy is true), what Odoo fails on, questions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)

from odoosync.db import BigId, JsonDocument, UtcDateTime, tenant_table


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


runs = tenant_table(
    "runs",
    Column("id", String(36), primary_key=True),
    Column(
        "connection_id", BigId, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False
    ),
    Column("dataset", String(255), nullable=False),
    Column("generation", BigId, nullable=False),
    Column("status", String(16), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("trigger", String(32), nullable=False),
    Column("requested_by", BigId),
    Column("requested_name", String(255)),
    Column("odoo_login", String(255)),
    Column("odoo_version", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("window_low", UtcDateTime),
    Column("window_high", UtcDateTime),
    Column("total", BigInteger),
    _count("fetched"),
    _count("created"),
    _count("updated"),
    _count("unchanged"),
    _count("deleted"),
    _count("hidden"),
    _count("held_back"),
    _count("set_aside"),
    _count("pages"),
    _count("calls"),
    _count("bytes_received"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("confirm_deletions", Boolean, nullable=False, server_default="0"),
    Column("drift", JsonDocument),
    Column("copy_age_s", Double),
    Column("note", Text),
    Column("truth", Double),
    Column("detail", JsonDocument),
    Column("error_code", String(64)),
    Column("error", Text),
    UniqueConstraint("connection_id", "dataset", "generation"),
    Index(None, "tenant_id", "created_at"),
    Index(None, "connection_id", "created_at"),
    Index(None, "finished_at"),
    Index(
        "uq_runs_one_queued",
        "connection_id",
        "dataset",
        unique=True,
        sqlite_where=text("status = 'queued'"),
        postgresql_where=text("status = 'queued'"),
    ),
    Index(
        "uq_runs_one_running",
        "connection_id",
        "dataset",
        unique=True,
        sqlite_where=text("status = 'running'"),
        postgresql_where=text("status = 'running'"),
    ),
    CheckConstraint(
        "status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="status"
    ),
    CheckConstraint("mode IN ('full', 'incremental', 'verify', 'repair')", name="mode"),
)

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
    Column("unfinished", JsonDocument),
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
