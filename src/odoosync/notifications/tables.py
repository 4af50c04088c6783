"""Webhooks, the deliveries of events to them and to mail addresses, and every try of each."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)

from odoosync.db import BigId, JsonDocument, UtcDateTime, sealed_column, tenant_table

webhooks = tenant_table(
    "webhooks",
    Column("id", BigId, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("kinds", JsonDocument),
    Column("connection_id", BigId, ForeignKey("connections.id", ondelete="CASCADE")),
    sealed_column("sealed_secret", nullable=False),
    sealed_column("sealed_previous", nullable=True),
    Column("previous_until", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("receiver", String(264), nullable=False, server_default=""),
    Column("replayed_at", UtcDateTime),
    Column("paused_at", UtcDateTime),
    Column("disabled_at", UtcDateTime),
    Column("disabled_why", String(16)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "tenant_id"),
    Index(None, "connection_id"),
    CheckConstraint("(disabled_at IS NULL) = (disabled_why IS NULL)", name="disabled"),
    CheckConstraint("(sealed_previous IS NULL) = (previous_until IS NULL)", name="previous"),
)
"""`kinds` NULL means all of them, `connection_id` NULL those of every connection.

`receiver` is the host and port of the URL; `replayed_at` is when what had arrived was sent again.
"""

deliveries = tenant_table(
    "deliveries",
    Column("id", BigId, primary_key=True),
    Column("event_id", BigId, ForeignKey("events.id", ondelete="CASCADE"), nullable=False),
    Column("webhook_id", BigId, ForeignKey("webhooks.id", ondelete="CASCADE")),
    Column("user_id", BigId, ForeignKey("users.id", ondelete="CASCADE")),
    Column("message_id", String(40), nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("tries_in_turn", Integer, nullable=False, server_default="0"),
    Column("next_try_at", UtcDateTime),
    Column("fence", BigId, nullable=False, server_default="0"),
    Column("lease_until", Double),
    Column("delivered_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "tenant_id"),
    Index(None, "webhook_id", "id"),
    Index(None, "user_id"),
    Index(
        "ix_deliveries_due",
        "next_try_at",
        sqlite_where=text("next_try_at IS NOT NULL"),
        postgresql_where=text("next_try_at IS NOT NULL"),
    ),
    Index(
        "ix_deliveries_failed",
        "webhook_id",
        sqlite_where=text("status = 'failed'"),
        postgresql_where=text("status = 'failed'"),
    ),
    UniqueConstraint("event_id", "webhook_id"),
    UniqueConstraint("event_id", "user_id"),
    CheckConstraint("status IN ('pending', 'delivered', 'failed')", name="status"),
    CheckConstraint("(webhook_id IS NULL) <> (user_id IS NULL)", name="webhook_or_mail"),
    CheckConstraint("(status = 'pending') = (next_try_at IS NOT NULL)", name="pending_is_due"),
)
"""`message_id` is the `webhook-id` of every try; `tries_in_turn` begins anew with a replay."""

delivery_tries = tenant_table(
    "delivery_tries",
    Column("id", BigId, primary_key=True),
    Column("delivery_id", BigId, ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Column("status", Integer),
    Column("error", String(500)),
    Column("excerpt", String(500)),
    Index(None, "tenant_id"),
    Index(None, "at"),
    Index(None, "delivery_id", "id"),
)
