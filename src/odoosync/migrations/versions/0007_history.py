"""The history: who asked by name, how many rows were set aside, and each run's log lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, JsonDocument, UtcDateTime
from odoosync.migrations.policies import protect_tenant_table

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("requested_name", sa.String(length=255), nullable=True))
    op.add_column(
        "runs", sa.Column("set_aside", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.create_index(op.f("ix_runs_finished_at"), "runs", ["finished_at"])
    _name_who_asked()
    _run_log()
    if op.get_bind().dialect.name == "postgresql":
        protect_tenant_table("run_log")


def _name_who_asked() -> None:
    op.execute(
        "UPDATE runs SET requested_name = "
        "(SELECT username FROM users WHERE users.id = runs.requested_by)"
    )


def _run_log() -> None:
    op.create_table(
        "run_log",
        sa.Column("tenant_id", BigId, nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("fields", JsonDocument, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=op.f("fk_run_log_run_id_runs"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_run_log_tenant_id_tenants"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_run_log")),
    )
    op.create_index(op.f("ix_run_log_tenant_id"), "run_log", ["tenant_id"])
