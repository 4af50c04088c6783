"""How far the rows of a restored connection have been told anew in the change feed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import JsonDocument

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connections", sa.Column("retold_to", JsonDocument, nullable=True))
