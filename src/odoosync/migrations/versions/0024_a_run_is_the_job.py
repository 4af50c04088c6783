"""A run is the job: what lanes knew of it stands in its own row, and lanes go.

What was queued or running goes on from its checkpoint, under a fence that nobody holds.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from odoosync.db import BigId, JsonDocument

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_FORCED: Final = ("runs", "lanes", "cursors", "connections")
_QUEUED, _RUNNING = sa.text("status = 'queued'"), sa.text("status = 'running'")
_OPEN: Final = sa.text("status IN ('queued', 'running')")
_KIND: Final = "(kind = 'verify') = (mode IN ('verify', 'repair')) AND kind IN ('sync', 'verify')"
_KEY: Final = ["connection_id", "dataset", "kind"]

_FROM_LANES: Final = """
UPDATE runs SET
    priority = lanes.priority,
    run_after = lanes.not_before,
    fence = lanes.fence + 1,
    cancel_requested = lanes.cancel_requested AND runs.id = coalesce(lanes.run_id, ''),
    checkpoint = CASE WHEN runs.id = lanes.run_id THEN lanes.checkpoint END,
    failures = CASE WHEN runs.id = lanes.run_id THEN lanes.attempts ELSE 0 END,
    failed_with = CASE WHEN runs.id = lanes.run_id THEN lanes.failed_with END,
    progressed_at = CASE WHEN runs.id = lanes.run_id
        THEN coalesce(lanes.progressed_at, lanes.started_at) END
FROM lanes
WHERE runs.id IN (lanes.run_id, lanes.queued_run_id)
    AND runs.status IN ('queued', 'running')
"""
_LEFT_UNDONE: Final = """
UPDATE runs SET checkpoint = (
    SELECT cursors.unfinished FROM cursors
    WHERE cursors.connection_id = runs.connection_id AND cursors.dataset = runs.dataset
)
WHERE kind = 'sync' AND status IN ('failed', 'cancelled') AND number = (
    SELECT max(ended.number) FROM runs AS ended
    WHERE ended.connection_id = runs.connection_id AND ended.dataset = runs.dataset
        AND ended.kind = 'sync' AND ended.started_at IS NOT NULL
        AND ended.status IN ('succeeded', 'failed', 'cancelled')
)
"""
_SERVERS: Final = """
UPDATE runs SET server = (
    SELECT connections.odoo_url FROM connections WHERE connections.id = runs.connection_id
)
WHERE status IN ('queued', 'running')
"""
_VERIFICATIONS: Final = r"""
UPDATE runs SET kind = 'verify', dataset = replace(dataset, '\:verify', '')
WHERE mode IN ('verify', 'repair')
"""


def upgrade() -> None:
    for name in ("uq_runs_one_queued", "uq_runs_one_running"):
        op.drop_index(name, "runs")
    _change_runs()
    forced = op.get_bind().dialect.name == "postgresql"
    for name in _FORCED if forced else ():  # the owner of a table sees no rows of a tenant else
        op.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
    for statement in (_FROM_LANES, _VERIFICATIONS, _LEFT_UNDONE, _SERVERS):
        op.execute(statement)
    for name in _FORCED if forced else ():
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    with op.batch_alter_table("runs") as runs:
        runs.create_check_constraint(op.f("ck_runs_kind"), _KIND)
        runs.create_unique_constraint(
            op.f("uq_runs_connection_id_dataset_kind_number"), [*_KEY, "number"]
        )
    for name, status in (("queued", _QUEUED), ("running", _RUNNING)):
        op.create_index(
            f"uq_runs_one_{name}",
            "runs",
            _KEY,
            unique=True,
            sqlite_where=status,
            postgresql_where=status,
        )
    op.create_index(
        "ix_runs_open", "runs", ["tenant_id"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.drop_table("lanes")
    with op.batch_alter_table("cursors") as cursors:
        cursors.drop_column("unfinished")


def _change_runs() -> None:
    with op.batch_alter_table("runs") as runs:
        runs.drop_constraint("uq_runs_connection_id_dataset_generation", type_="unique")
        runs.alter_column("generation", new_column_name="number")
        for column in (
            sa.Column("kind", sa.String(16), nullable=False, server_default="sync"),
            sa.Column("priority", sa.Integer, nullable=False, server_default="0"),
            sa.Column("server", sa.String(2048), nullable=False, server_default=""),
            sa.Column("run_after", sa.Double, nullable=False, server_default="0"),
            sa.Column("lease_until", sa.Double),
            sa.Column("fence", BigId, nullable=False, server_default="0"),
            sa.Column("worker_id", sa.String(64)),
            sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
            sa.Column("failed_with", sa.String(64)),
            sa.Column("progressed_at", sa.Double),
            sa.Column("cancel_requested", sa.Boolean, nullable=False, server_default="0"),
            sa.Column("checkpoint", JsonDocument),
        ):
            runs.add_column(column)
