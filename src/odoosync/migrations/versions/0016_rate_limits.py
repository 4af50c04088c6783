"""Since when a connection's server is asked slowly, for it has answered 429."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connections", sa.Column("rate_limited_since", UtcDateTime, nullable=True))
