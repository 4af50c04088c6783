"""By how much the dates in an Odoo's database lag, and its server's clock differs from ours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cursors", sa.Column("lag_s", sa.Double(), nullable=True))
    op.add_column("cursors", sa.Column("skew_s", sa.Double(), nullable=True))
