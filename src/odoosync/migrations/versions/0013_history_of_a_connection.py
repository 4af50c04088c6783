"""The history of one connection, newest first, without going through its tenant's whole one."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_runs_connection_id_created_at"), "runs", ["connection_id", "created_at"]
    )
