"""Mail addresses are confirmed by a link; those that were there before are not confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, UtcDateTime
from odoosync.migrations.policies import protect_tenant_table

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("email_confirmed_at", UtcDateTime, nullable=True))
    op.create_table(
        "email_confirmations",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("mailbox", sa.String(length=254), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_email_confirmations_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_email_confirmations_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_email_confirmations")),
    )
    for column in ("tenant_id", "user_id", "mailbox"):
        name = op.f(f"ix_email_confirmations_{column}")
        op.create_index(name, "email_confirmations", [column])
    if op.get_bind().dialect.name == "postgresql":
        protect_tenant_table("email_confirmations")
