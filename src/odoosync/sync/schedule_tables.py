"""Schedules, and what an owner is told: alerts that are open until they are mended, and events."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    text,
)

from odoosync.db import BigId, JsonDocument, UtcDateTime, tenant_table

schedules = tenant_table(
    "schedules",
    Column(
        "connection_id",
        BigId,
        ForeignKey("connections.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("dataset", String(255), primary_key=True),
    Column("every_s", Integer),
    Column("cron", String(100)),
    Column("timezone", String(64)),
    Column("interval_s", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("next_due", UtcDateTime, nullable=False),
    Column("last_due", UtcDateTime),
    Column("last_run_id", String(36)),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_at", UtcDateTime),
    Column("held_until", UtcDateTime),
    Column("paused_at", UtcDateTime),
    Column("set_by", BigId),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "tenant_id"),
    Index(
        "ix_schedules_due",
        "next_due",
        sqlite_where=text("paused_at IS NULL"),
        postgresql_where=text("paused_at IS NULL"),
    ),
    CheckConstraint("(every_s IS NULL) <> (cron IS NULL)", name="interval_or_cron"),
    CheckConstraint("(timezone IS NULL) = (cron IS NULL)", name="cron_has_zone"),
)

alerts = tenant_table(
    "alerts",
    Column("id", BigId, primary_key=True),
    Column(
        "connection_id", BigId, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False
    ),
    Column("dataset", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index(None, "tenant_id", "opened_at"),
    Index(
        "uq_alerts_one_open",
        "connection_id",
        "dataset",
        "kind",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    CheckConstraint("kind IN ('stale')", name="kind"),
)

events = tenant_table(
    "events",
    Column("id", BigId, primary_key=True),
    Column("connection_id", BigId, ForeignKey("connections.id", ondelete="CASCADE")),
    Column("dataset", String(255)),
    Column("kind", String(64), nullable=False),
    Column("payload", JsonDocument, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("taken_at", UtcDateTime),
    Index(None, "tenant_id", "id"),
    Index(None, "connection_id"),
    Index(None, "created_at"),
    Index(
        "ix_events_waiting",
        "id",
        sqlite_where=text("taken_at IS NULL"),
        postgresql_where=text("taken_at IS NULL"),
    ),
)
"""`taken_at` is when deliveries were made of an event; what is about no connection names none."""
