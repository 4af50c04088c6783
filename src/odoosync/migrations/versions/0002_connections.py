"""Connections: preferences, pause, and a grace period before a deleted one is removed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, JsonDocument, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_GRACE: Final = timedelta(days=7)


def upgrade() -> None:
    json, moment = JsonDocument, UtcDateTime
    for column in (
        sa.Column("preferences", json, server_default="{}", nullable=False),
        sa.Column("paused_at", moment, nullable=True),
        sa.Column("removed_from", moment, nullable=True),
        sa.Column("is_going", sa.Boolean(), server_default="0", nullable=False),
    ):
        op.add_column("connections", column)
    _give_deleted_ones_their_grace()


def _give_deleted_ones_their_grace() -> None:
    """Deleted before there was a period: it begins now."""
    connections = sa.table(
        "connections",
        sa.column("id", BigId),
        sa.column("deleted_at", UtcDateTime()),
        sa.column("removed_from", UtcDateTime()),
    )
    op.execute(
        connections.update()
        .where(connections.c.deleted_at.is_not(None))
        .values(removed_from=datetime.now(UTC) + _GRACE)
    )
