"""Lanes, the truth about what should run and who may write; and the workers that are alive.

`asked` is the highest generation number ever given, `want` the highest that is wanted (a queued one
can be withdrawn; its number is not given again), `done` the highest that ended. `running_gen` is
the one that has begun: held by an attempt while `lease_until` is set, put back when it is not.
`run_id` belongs to it, `queued_run_id` to the one behind it. `attempts` have failed since it last
came further, at `progressed_at`, the last one with the code `failed_with`. Times are seconds by the
database's own clock. A fence starts at that clock, in milliseconds: after a restore of the database
ids are given again, and whoever still holds the old lane must not match the new one.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)

from odoosync.db import BigId, JsonDocument, system_table, tenant_table

lanes = tenant_table(
    "lanes",
    Column("id", BigId, primary_key=True),
    Column(
        "connection_id", BigId, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False
    ),
    Column("dataset", String(255), nullable=False),
    Column("asked", BigId, nullable=False, server_default="0"),
    Column("want", BigId, nullable=False, server_default="0"),
    Column("done", BigId, nullable=False, server_default="0"),
    Column("running_gen", BigId),
    Column("run_id", String(36)),
    Column("queued_run_id", String(36)),
    Column("started_at", Double),
    Column("progressed_at", Double),
    Column("fence", BigId, nullable=False, server_default="0"),
    Column("lease_until", Double),
    Column("not_before", Double, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failed_with", String(64)),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("cancel_requested", Boolean, nullable=False, server_default="0"),
    Column("checkpoint", JsonDocument),
    Column("worker_id", String(64)),
    UniqueConstraint("connection_id", "dataset"),
    Index(None, "tenant_id"),
    Index(
        "ix_lanes_wanted",
        "tenant_id",
        "not_before",
        sqlite_where=text("want > done"),
        postgresql_where=text("want > done"),
    ),
    CheckConstraint("done <= want AND want <= asked", name="done_within_want"),
    CheckConstraint(
        "running_gen IS NULL OR (running_gen > done AND running_gen <= want)", name="running_within"
    ),
)

workers = system_table(
    "workers",
    Column("id", String(64), primary_key=True),
    Column("seen_at", Double, nullable=False),
    Column("started_at", Double, nullable=False),
    Column("machine", String(64)),
)
