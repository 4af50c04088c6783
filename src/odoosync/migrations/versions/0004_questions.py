"""Questions: what a sync may not decide alone, and what a person answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, JsonDocument, UtcDateTime
from odoosync.migrations.policies import protect_tenant_table

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("connection_id", BigId, autoincrement=False, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("counts", JsonDocument, nullable=False),
        sa.Column("examples", JsonDocument, nullable=False),
        sa.Column("ids", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("confirmed_at", UtcDateTime, nullable=True),
        sa.Column("confirmed_by", BigId, nullable=True),
        sa.CheckConstraint("kind IN ('deletions', 'restored')", name=op.f("ck_questions_kind")),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_questions_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_questions_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "dataset", "kind", name=op.f("pk_questions")),
    )
    if op.get_bind().dialect.name == "postgresql":
        protect_tenant_table("questions")
