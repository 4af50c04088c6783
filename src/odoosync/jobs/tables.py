"""Runs: what should run, who may write, and the history of it; and the workers that are alive.

A run is the job. It is `queued` until it begins, `running` until it ends, and nothing after that;
of a connection, dataset and kind one is queued at most, and one is running. A worker holds a run
while `lease_until` lies ahead, by the database's clock, and may write while `fence` is the one
that it was given. A run that waits for another try is not held, and is due from `run_after` on.
`failures` are those in a row since the last progress, at `progressed_at`; the last one ended with
the code `failed_with`. `number` counts the runs of a connection, dataset and kind. `server` is
whose answers the work waits for. All columns below `checkpoint` are the history's own.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from odoosync.db import BigId, JsonDocument, UtcDateTime, system_table, tenant_table

_OPEN: Final = "status IN ('queued', 'running')"


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _only_one(status: str) -> Index:
    """Keep one at most of a connection, dataset and kind in that status."""
    chosen = text(f"status = '{status}'")
    return Index(
        f"uq_runs_one_{status}",
        "connection_id",
        "dataset",
        "kind",
        unique=True,
        sqlite_where=chosen,
        postgresql_where=chosen,
    )


runs = tenant_table(
    "runs",
    Column("id", String(36), primary_key=True),
    Column(
        "connection_id", BigId, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False
    ),
    Column("dataset", String(255), nullable=False),
    Column("kind", String(16), nullable=False, server_default="sync"),
    Column("number", BigId, nullable=False),
    Column("status", String(16), nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("server", String(2048), nullable=False, server_default=""),
    Column("run_after", Double, nullable=False, server_default="0"),
    Column("lease_until", Double),
    Column("fence", BigId, nullable=False, server_default="0"),
    Column("worker_id", String(64)),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_with", String(64)),
    Column("progressed_at", Double),
    Column("cancel_requested", Boolean, nullable=False, server_default="0"),
    Column("checkpoint", JsonDocument),
    Column("mode", String(16), nullable=False),
    Column("trigger", String(32), nullable=False),
    Column("requested_by", BigId),
    Column("requested_name", String(255)),
    Column("odoo_login", String(255)),
    Column("odoo_version", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("window_low", UtcDateTime),
    Column("window_high", UtcDateTime),
    Column("total", BigInteger),
    _count("fetched"),
    _count("created"),
    _count("updated"),
    _count("unchanged"),
    _count("deleted"),
    _count("hidden"),
    _count("held_back"),
    _count("set_aside"),
    _count("pages"),
    _count("calls"),
    _count("bytes_received"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("confirm_deletions", Boolean, nullable=False, server_default="0"),
    Column("drift", JsonDocument),
    Column("copy_age_s", Double),
    Column("note", Text),
    Column("truth", Double),
    Column("detail", JsonDocument),
    Column("error_code", String(64)),
    Column("error", Text),
    UniqueConstraint("connection_id", "dataset", "kind", "number"),
    Index(None, "tenant_id", "created_at"),
    Index(None, "connection_id", "created_at"),
    Index(None, "finished_at"),
    Index("ix_runs_open", "tenant_id", sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
    _only_one("queued"),
    _only_one("running"),
    CheckConstraint("mode IN ('full', 'incremental', 'verify', 'repair')", name="mode"),
    CheckConstraint(
        "status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')", name="status"
    ),
    CheckConstraint(
        "(kind = 'verify') = (mode IN ('verify', 'repair')) AND kind IN ('sync', 'verify')",
        name="kind",
    ),
)

QUEUED: Final = runs.c.status == literal_column("'queued'")
RUNNING: Final = runs.c.status == literal_column("'running'")
OPEN: Final = runs.c.status.in_([literal_column("'queued'"), literal_column("'running'")])
"""Said with literals: a partial index is of use for nothing else."""

workers = system_table(
    "workers",
    Column("id", String(64), primary_key=True),
    Column("seen_at", Double, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("machine", String(64)),
)
