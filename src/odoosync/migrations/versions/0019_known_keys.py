"""The keys that a database belongs to, by id and fingerprint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import UtcDateTime
from odoosync.migrations.policies import open_to_system

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "secret_keys",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("added_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_secret_keys"),
    )
    if op.get_bind().dialect.name == "postgresql":
        open_to_system("secret_keys")
