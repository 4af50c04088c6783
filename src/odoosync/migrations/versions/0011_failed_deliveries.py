"""An index of deliveries that failed for good: few among all, and counted for metrics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    failed = sa.text("status = 'failed'")
    op.create_index(
        "ix_deliveries_failed",
        "deliveries",
        ["webhook_id"],
        sqlite_where=failed,
        postgresql_where=failed,
    )
