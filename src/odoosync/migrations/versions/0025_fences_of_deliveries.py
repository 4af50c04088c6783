"""A delivery is held under a fence, as a run is. What is on its way now is sent once more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("fence", BigId, nullable=False, server_default="0"))
    op.drop_column("deliveries", "claim_id")
