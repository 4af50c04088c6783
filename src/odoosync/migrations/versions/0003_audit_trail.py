"""The audit trail: entries that are only added, of tenants, of nobody, and of those long gone.

No entry is ever changed. One is deleted only when it is older than the horizon, which the function
that carries out the retention moves on. Triggers see to both, whoever asks.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, JsonDocument, UtcDateTime
from odoosync.migrations.policies import (
    grant_sequences,
    open_to_system,
    protect_append_only_table,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_REFUSAL: Final = "the audit trail is append-only"
_KNOWN: Final = "EXISTS (SELECT 1 FROM audit_trail WHERE id = NEW.id)"
_IN_FORCE: Final = "OLD.at >= coalesce((SELECT before FROM audit_horizon), OLD.at)"


def upgrade() -> None:
    _audit_trail()
    _audit_horizon()
    if op.get_bind().dialect.name == "postgresql":
        protect_append_only_table("audit_trail")
        open_to_system("audit_horizon")
        grant_sequences()
    _carry_over()
    op.drop_table("audit_entries")
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _audit_trail() -> None:
    op.create_table(
        "audit_trail",
        sa.Column("tenant_id", BigId, nullable=True),
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("actor", sa.String(length=255), nullable=True),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("key_id", BigId, nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("connection_id", BigId, nullable=True),
        sa.Column("run_id", sa.String(length=36), nullable=True),
        sa.Column("odoo_login", sa.String(length=255), nullable=True),
        sa.Column("detail", JsonDocument, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_trail")),
    )
    op.create_index(op.f("ix_audit_trail_tenant_id_id"), "audit_trail", ["tenant_id", "id"])
    op.create_index(op.f("ix_audit_trail_at"), "audit_trail", ["at"])


def _audit_horizon() -> None:
    op.create_table(
        "audit_horizon",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", UtcDateTime, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_horizon_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_horizon")),
    )


def _carry_over() -> None:
    """Entries of old have no actor's name, and told the user whom they are about."""
    op.execute(
        "INSERT INTO audit_trail (tenant_id, at, kind, user_id, actor, via, detail) "
        "SELECT audit_entries.tenant_id, at, replace(action, 'credentials_', 'credentials.'), "
        "user_id, users.username, 'none', detail FROM audit_entries "
        "LEFT JOIN users ON users.id = user_id ORDER BY audit_entries.id"
    )


def _guard_sqlite() -> None:
    """`REPLACE` deletes without a trigger of its own, hence the third."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    op.execute(f"CREATE TRIGGER audit_trail_update BEFORE UPDATE ON audit_trail {refuse}")
    op.execute(
        f"CREATE TRIGGER audit_trail_delete BEFORE DELETE ON audit_trail WHEN {_IN_FORCE} {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER audit_trail_replace BEFORE INSERT ON audit_trail WHEN {_KNOWN} {refuse}"
    )


def _guard_postgresql() -> None:
    op.execute(f"""
        CREATE FUNCTION audit_trail_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP = 'DELETE' THEN
                IF NOT ({_IN_FORCE}) THEN
                    RETURN OLD;
                END IF;
            END IF;
            RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute(
        "CREATE TRIGGER audit_trail_rows BEFORE UPDATE OR DELETE ON audit_trail "
        "FOR EACH ROW EXECUTE FUNCTION audit_trail_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_trail_truncate BEFORE TRUNCATE ON audit_trail "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_trail_refuse()"
    )
