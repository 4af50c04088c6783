"""Schedules, alerts and events; how old the copy was when a run began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, JsonDocument, UtcDateTime
from odoosync.migrations.policies import grant_sequences, protect_tenant_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TENANT_TABLES = ("schedules", "alerts", "events")


def upgrade() -> None:
    _schedules()
    _alerts()
    _events()
    op.add_column("runs", sa.Column("copy_age_s", sa.Double(), nullable=True))
    op.drop_column("lanes", "next_due")
    if op.get_bind().dialect.name == "postgresql":
        for name in TENANT_TABLES:
            protect_tenant_table(name)
        grant_sequences()


def _owners(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint(
            [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
        )
        for column, other in (("tenant_id", "tenants"), ("connection_id", "connections"))
    )


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("connection_id", BigId, autoincrement=False, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=False),
        sa.Column("every_s", sa.Integer(), nullable=True),
        sa.Column("cron", sa.String(length=100), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("next_due", UtcDateTime, nullable=False),
        sa.Column("last_due", UtcDateTime, nullable=True),
        sa.Column("last_run_id", sa.String(length=36), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_at", UtcDateTime, nullable=True),
        sa.Column("held_until", UtcDateTime, nullable=True),
        sa.Column("paused_at", UtcDateTime, nullable=True),
        sa.Column("set_by", BigId, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.CheckConstraint(
            "(every_s IS NULL) <> (cron IS NULL)", name=op.f("ck_schedules_interval_or_cron")
        ),
        sa.CheckConstraint(
            "(timezone IS NULL) = (cron IS NULL)", name=op.f("ck_schedules_cron_has_zone")
        ),
        *_owners("schedules"),
        sa.PrimaryKeyConstraint("connection_id", "dataset", name=op.f("pk_schedules")),
    )
    op.create_index(op.f("ix_schedules_tenant_id"), "schedules", ["tenant_id"])
    going = sa.text("paused_at IS NULL")
    op.create_index(
        "ix_schedules_due", "schedules", ["next_due"], sqlite_where=going, postgresql_where=going
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.CheckConstraint("kind IN ('stale')", name=op.f("ck_alerts_kind")),
        *_owners("alerts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_tenant_id_opened_at"), "alerts", ["tenant_id", "opened_at"])
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_alerts_one_open",
        "alerts",
        ["connection_id", "dataset", "kind"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("payload", JsonDocument, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        *_owners("events"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_tenant_id_id"), "events", ["tenant_id", "id"])
    op.create_index(op.f("ix_events_connection_id"), "events", ["connection_id"])
