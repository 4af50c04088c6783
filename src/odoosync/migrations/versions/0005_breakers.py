"""Circuit breakers: a row for each connection whose Odoo failed since its last success."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, UtcDateTime
from odoosync.migrations.policies import protect_tenant_table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "breakers",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("connection_id", BigId, autoincrement=False, nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("since", UtcDateTime, nullable=True),
        sa.Column("tried_at", UtcDateTime, nullable=True),
        sa.Column("retry_at", UtcDateTime, nullable=True),
        sa.Column("probe_until", UtcDateTime, nullable=True),
        sa.Column("rejected", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("code", sa.String(length=64), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("secret_version", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_breakers_connection_id_connections"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_breakers_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", name=op.f("pk_breakers")),
    )
    if op.get_bind().dialect.name == "postgresql":
        protect_tenant_table("breakers")
