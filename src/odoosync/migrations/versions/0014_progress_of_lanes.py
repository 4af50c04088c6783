"""When a lane last came further, and what the last attempt at it failed with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lanes", sa.Column("progressed_at", sa.Double(), nullable=True))
    op.add_column("lanes", sa.Column("failed_with", sa.String(length=64), nullable=True))
