"""API keys that rest since the database was restored, until somebody looks at them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_keys", sa.Column("resting_since", UtcDateTime, nullable=True))
