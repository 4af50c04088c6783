"""Alembic's entry: runs on the connection that `upgrade` hands over, in its transaction."""

from __future__ import annotations

from alembic import context

from odoosync.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=False,
    transactional_ddl=False,
)
context.run_migrations()
