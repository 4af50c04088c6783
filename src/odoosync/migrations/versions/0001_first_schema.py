"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, JsonDocument, UtcDateTime
from odoosync.migrations.policies import (
    create_roles,
    grant_sequences,
    open_to_system,
    protect_tenant_table,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANT_TABLES = (
    "api_keys",
    "audit_entries",
    "connections",
    "cursors",
    "labels",
    "lanes",
    "records",
    "refresh_tokens",
    "runs",
    "sessions",
    "set_aside",
    "users",
)
SYSTEM_TABLES = ("tenants", "workers")


def upgrade() -> None:
    _labels()
    _records()
    _tenants()
    _workers()
    _audit_entries()
    _connections()
    _users()
    _api_keys()
    _cursors()
    _lanes()
    _runs()
    _sessions()
    _set_aside()
    _refresh_tokens()
    if op.get_bind().dialect.name == "postgresql":
        create_roles()
        for name in TENANT_TABLES:
            protect_tenant_table(name)
        for name in SYSTEM_TABLES:
            open_to_system(name)
        grant_sequences()


def _labels() -> None:
    op.create_table(
        "labels",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("model", sa.String(length=255), nullable=False),
        sa.Column("odoo_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("refreshed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint(
            "tenant_id", "connection_id", "model", "odoo_id", name=op.f("pk_labels")
        ),
    )


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=False),
        sa.Column("odoo_id", sa.BigInteger(), nullable=False),
        sa.Column("data", JsonDocument, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("barcode", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("odoo_write_date", sa.String(length=32), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("synced_at", UtcDateTime, nullable=False),
        sa.Column("deleted_at", UtcDateTime, nullable=True),
        sa.Column("unreachable_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint(
            "tenant_id", "connection_id", "dataset", "odoo_id", name=op.f("pk_records")
        ),
    )
    op.create_index(
        "ix_records_barcode",
        "records",
        ["tenant_id", "connection_id", "dataset", "barcode", "odoo_id"],
        unique=False,
        sqlite_where=sa.text("barcode IS NOT NULL"),
        postgresql_where=sa.text("barcode IS NOT NULL"),
    )
    op.create_index(
        "ix_records_email",
        "records",
        ["tenant_id", "connection_id", "dataset", "email", "odoo_id"],
        unique=False,
        sqlite_where=sa.text("email IS NOT NULL"),
        postgresql_where=sa.text("email IS NOT NULL"),
    )
    op.create_index(
        "ix_records_gone",
        "records",
        ["tenant_id", "connection_id", "dataset", "odoo_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NOT NULL OR unreachable_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL OR unreachable_at IS NOT NULL"),
    )
    op.create_index(
        "ix_records_odoo_write_date",
        "records",
        ["tenant_id", "connection_id", "dataset", "odoo_write_date"],
        unique=False,
        sqlite_where=sa.text("odoo_write_date IS NOT NULL"),
        postgresql_where=sa.text("odoo_write_date IS NOT NULL"),
    )
    op.create_index(
        "ix_records_reference",
        "records",
        ["tenant_id", "connection_id", "dataset", "reference", "odoo_id"],
        unique=False,
        sqlite_where=sa.text("reference IS NOT NULL"),
        postgresql_where=sa.text("reference IS NOT NULL"),
    )


def _tenants() -> None:
    op.create_table(
        "tenants",
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
    )


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )


def _audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("detail", JsonDocument, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_audit_entries_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        op.f("ix_audit_entries_tenant_id_id"), "audit_entries", ["tenant_id", "id"], unique=False
    )


def _connections() -> None:
    op.create_table(
        "connections",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("odoo_url", sa.String(length=2048), nullable=False),
        sa.Column("odoo_database", sa.String(length=255), nullable=False),
        sa.Column("odoo_username", sa.String(length=255), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=True),
        sa.Column("secret_version", sa.Integer(), nullable=False),
        sa.Column("server", JsonDocument, nullable=True),
        sa.Column("extra_fields", JsonDocument, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("tested_at", UtcDateTime, nullable=True),
        sa.Column("deleted_at", UtcDateTime, nullable=True),
        sa.CheckConstraint(
            "deleted_at IS NULL OR (NOT is_active AND sealed_secret IS NULL)",
            name=op.f("ck_connections_deleted"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_connections_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint(
            "tenant_id",
            "odoo_url",
            "odoo_database",
            name=op.f("uq_connections_tenant_id_odoo_url_odoo_database"),
        ),
    )
    op.create_index(
        "uq_connections_one_active",
        "connections",
        ["tenant_id"],
        unique=True,
        sqlite_where=sa.text("is_active"),
        postgresql_where=sa.text("is_active"),
    )


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("disabled_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_users_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_index(op.f("ix_users_tenant_id"), "users", ["tenant_id"], unique=False)


def _api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("scopes", JsonDocument, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=True),
        sa.Column("revoked_at", UtcDateTime, nullable=True),
        sa.Column("last_used_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_api_keys_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_keys_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )
    op.create_index(op.f("ix_api_keys_user_id"), "api_keys", ["user_id"], unique=False)


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("connection_id", BigId, autoincrement=False, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=False),
        sa.Column("low", UtcDateTime, nullable=True),
        sa.Column("low_seen_at", UtcDateTime, nullable=True),
        sa.Column("shape", sa.String(length=64), nullable=True),
        sa.Column("fields", JsonDocument, nullable=True),
        sa.Column("completed_at", UtcDateTime, nullable=True),
        sa.Column("full_at", UtcDateTime, nullable=True),
        sa.Column("wide_at", UtcDateTime, nullable=True),
        sa.Column("volatile_at", UtcDateTime, nullable=True),
        sa.Column("ids_at", UtcDateTime, nullable=True),
        sa.Column("labels_at", UtcDateTime, nullable=True),
        sa.Column("unfinished", JsonDocument, nullable=True),
        sa.Column("confirmed", JsonDocument, nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_cursors_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_cursors_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "dataset", name=op.f("pk_cursors")),
    )


def _lanes() -> None:
    op.create_table(
        "lanes",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", BigId, nullable=False),
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=False),
        sa.Column("asked", BigId, server_default="0", nullable=False),
        sa.Column("want", BigId, server_default="0", nullable=False),
        sa.Column("done", BigId, server_default="0", nullable=False),
        sa.Column("running_gen", BigId, nullable=True),
        sa.Column("run_id", sa.String(length=36), nullable=True),
        sa.Column("queued_run_id", sa.String(length=36), nullable=True),
        sa.Column("started_at", sa.Double(), nullable=True),
        sa.Column("fence", BigId, server_default="0", nullable=False),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("not_before", sa.Double(), server_default="0", nullable=False),
        sa.Column("next_due", sa.Double(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("priority", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("checkpoint", JsonDocument, nullable=True),
        sa.Column("worker_id", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "done <= want AND want <= asked", name=op.f("ck_lanes_done_within_want")
        ),
        sa.CheckConstraint(
            "running_gen IS NULL OR (running_gen > done AND running_gen <= want)",
            name=op.f("ck_lanes_running_within"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_lanes_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_lanes_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lanes")),
        sa.UniqueConstraint(
            "connection_id", "dataset", name=op.f("uq_lanes_connection_id_dataset")
        ),
    )
    op.create_index(op.f("ix_lanes_tenant_id"), "lanes", ["tenant_id"], unique=False)
    op.create_index(
        "ix_lanes_wanted",
        "lanes",
        ["tenant_id", "not_before"],
        unique=False,
        sqlite_where=sa.text("want > done"),
        postgresql_where=sa.text("want > done"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("connection_id", BigId, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=False),
        sa.Column("generation", BigId, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("trigger", sa.String(length=32), nullable=False),
        sa.Column("requested_by", BigId, nullable=True),
        sa.Column("odoo_login", sa.String(length=255), nullable=True),
        sa.Column("odoo_version", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=True),
        sa.Column("finished_at", UtcDateTime, nullable=True),
        sa.Column("window_low", UtcDateTime, nullable=True),
        sa.Column("window_high", UtcDateTime, nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("fetched", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("unchanged", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("deleted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hidden", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held_back", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("pages", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("calls", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("bytes_received", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirm_deletions", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("drift", JsonDocument, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("truth", sa.Double(), nullable=True),
        sa.Column("detail", JsonDocument, nullable=True),
        sa.Column("error_code", sa.String(length=64), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "mode IN ('full', 'incremental', 'verify', 'repair')", name=op.f("ck_runs_mode")
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')",
            name=op.f("ck_runs_status"),
        ),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_runs_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_runs_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint(
            "connection_id",
            "dataset",
            "generation",
            name=op.f("uq_runs_connection_id_dataset_generation"),
        ),
    )
    op.create_index(
        op.f("ix_runs_tenant_id_created_at"), "runs", ["tenant_id", "created_at"], unique=False
    )
    op.create_index(
        "uq_runs_one_queued",
        "runs",
        ["connection_id", "dataset"],
        unique=True,
        sqlite_where=sa.text("status = 'queued'"),
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index(
        "uq_runs_one_running",
        "runs",
        ["connection_id", "dataset"],
        unique=True,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("auth_time", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_sessions_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sessions_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"], unique=False)


def _set_aside() -> None:
    op.create_table(
        "set_aside",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("connection_id", BigId, autoincrement=False, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=False),
        sa.Column("odoo_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_at", UtcDateTime, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_set_aside_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_set_aside_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "connection_id", "dataset", "odoo_id", "field", name=op.f("pk_set_aside")
        ),
    )


def _refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("issued_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_refresh_tokens_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_refresh_tokens_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(
        op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"], unique=False
    )
