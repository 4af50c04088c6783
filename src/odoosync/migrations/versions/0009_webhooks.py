"""Webhooks, deliveries of events and their tries; mail addresses; what of the outbox was taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, JsonDocument, UtcDateTime
from odoosync.migrations.policies import grant_sequences, protect_tenant_table

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TENANT_TABLES = ("webhooks", "deliveries", "delivery_tries")


def upgrade() -> None:
    op.add_column("users", sa.Column("email", sa.String(length=254), nullable=True))
    _events()
    _webhooks()
    _deliveries()
    _tries()
    if op.get_bind().dialect.name == "postgresql":
        for name in TENANT_TABLES:
            protect_tenant_table(name)
        grant_sequences()


def _events() -> None:
    """What is in the outbox by now was told to nobody, and is no news any more."""
    with op.batch_alter_table("events") as events:
        events.alter_column("connection_id", existing_type=BigId, nullable=True)
        events.add_column(sa.Column("taken_at", UtcDateTime, nullable=True))
    op.execute("UPDATE events SET taken_at = created_at")
    waiting = sa.text("taken_at IS NULL")
    op.create_index(
        "ix_events_waiting", "events", ["id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index(op.f("ix_events_created_at"), "events", ["created_at"])


def _owned(table: str, *others: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    """Return foreign keys to the tenant and to others, `webhooks` by `webhook_id`."""
    return tuple(
        sa.ForeignKeyConstraint(
            [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
        )
        for column, other in (("tenant_id", "tenants"), *(_refers(one) for one in others))
    )


def _refers(other: str) -> tuple[str, str]:
    return {"deliveries": "delivery_id"}.get(other, f"{other.removesuffix('s')}_id"), other


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("kinds", JsonDocument, nullable=True),
        sa.Column("connection_id", BigId, nullable=True),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("sealed_previous", sa.Text(), nullable=True),
        sa.Column("previous_until", UtcDateTime, nullable=True),
        sa.Column("failing_since", UtcDateTime, nullable=True),
        sa.Column("paused_at", UtcDateTime, nullable=True),
        sa.Column("disabled_at", UtcDateTime, nullable=True),
        sa.Column("disabled_why", sa.String(length=16), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.CheckConstraint(
            "(disabled_at IS NULL) = (disabled_why IS NULL)", name=op.f("ck_webhooks_disabled")
        ),
        sa.CheckConstraint(
            "(sealed_previous IS NULL) = (previous_until IS NULL)",
            name=op.f("ck_webhooks_previous"),
        ),
        *_owned("webhooks", "connections"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )
    op.create_index(op.f("ix_webhooks_tenant_id"), "webhooks", ["tenant_id"])
    op.create_index(op.f("ix_webhooks_connection_id"), "webhooks", ["connection_id"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("event_id", BigId, nullable=False),
        sa.Column("webhook_id", BigId, nullable=True),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries_in_turn", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try_at", UtcDateTime, nullable=True),
        sa.Column("claim_id", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("delivered_at", UtcDateTime, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'failed')", name=op.f("ck_deliveries_status")
        ),
        sa.CheckConstraint(
            "(webhook_id IS NULL) <> (user_id IS NULL)", name=op.f("ck_deliveries_webhook_or_mail")
        ),
        sa.CheckConstraint(
            "(status = 'pending') = (next_try_at IS NOT NULL)",
            name=op.f("ck_deliveries_pending_is_due"),
        ),
        *_owned("deliveries", "events", "webhooks", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", name=op.f("uq_deliveries_message_id")),
        sa.UniqueConstraint(
            "event_id", "webhook_id", name=op.f("uq_deliveries_event_id_webhook_id")
        ),
        sa.UniqueConstraint("event_id", "user_id", name=op.f("uq_deliveries_event_id_user_id")),
    )
    op.create_index(op.f("ix_deliveries_tenant_id"), "deliveries", ["tenant_id"])
    op.create_index(op.f("ix_deliveries_webhook_id_id"), "deliveries", ["webhook_id", "id"])
    op.create_index(op.f("ix_deliveries_user_id"), "deliveries", ["user_id"])
    pending = sa.text("next_try_at IS NOT NULL")
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["next_try_at"],
        sqlite_where=pending,
        postgresql_where=pending,
    )


def _tries() -> None:
    op.create_table(
        "delivery_tries",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("delivery_id", BigId, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("excerpt", sa.String(length=500), nullable=True),
        *_owned("delivery_tries", "deliveries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_tries")),
    )
    op.create_index(op.f("ix_delivery_tries_tenant_id"), "delivery_tries", ["tenant_id"])
    op.create_index(
        op.f("ix_delivery_tries_delivery_id_id"), "delivery_tries", ["delivery_id", "id"]
    )
