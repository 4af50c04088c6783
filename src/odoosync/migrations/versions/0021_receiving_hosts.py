"""Where a webhook's messages go, so that all of one receiver are counted together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import UtcDateTime
from odoosync.notifications.http_delivery import read_url

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_webhooks = sa.table("webhooks", sa.column("id"), sa.column("url"), sa.column("receiver"))


def upgrade() -> None:
    op.add_column(
        "webhooks",
        sa.Column("receiver", sa.String(length=264), nullable=False, server_default=""),
    )
    op.add_column("webhooks", sa.Column("replayed_at", UtcDateTime, nullable=True))
    op.create_index(op.f("ix_delivery_tries_at"), "delivery_tries", ["at"])
    there = op.get_bind()
    forced = there.dialect.name == "postgresql"
    if forced:  # the owner of the table, too, sees no rows of a tenant else
        op.execute("ALTER TABLE webhooks NO FORCE ROW LEVEL SECURITY")
    for row in there.execute(sa.select(_webhooks.c.id, _webhooks.c.url)).all():
        origin = read_url(row.url)[1]
        there.execute(
            _webhooks.update()
            .where(_webhooks.c.id == row.id)
            .values(receiver=f"{origin.host} {origin.port}")
        )
    if forced:
        op.execute("ALTER TABLE webhooks FORCE ROW LEVEL SECURITY")
