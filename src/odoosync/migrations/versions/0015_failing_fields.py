"""Fields that Odoo fails on for many rows, each with its reason and when it was tried last."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, JsonDocument, UtcDateTime
from odoosync.migrations.policies import protect_tenant_table

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "failing_fields",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("connection_id", BigId, autoincrement=False, nullable=False),
        sa.Column("dataset", sa.String(length=255), nullable=False),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("error_code", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ids", JsonDocument, nullable=False),
        sa.Column("first_at", UtcDateTime, nullable=False),
        sa.Column("last_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_failing_fields_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_failing_fields_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "connection_id", "dataset", "field", name=op.f("pk_failing_fields")
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        protect_tenant_table("failing_fields")
