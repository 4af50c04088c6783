"""Lanes, the truth about what should run and who may write; and the workers that are alive.

`want` is the highest generation asked for, `done` the highest that ended, `running_gen` the one
going now. Lease times are seconds by the database's own clock.
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
)

from odoosync.db import BigId, JsonDocument, system_table, tenant_table

lanes = tenant_table(
    "lanes",
    Column("id", BigId, primary_key=True),
    Column(
        "connection_id", BigId, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False
    ),
    Column("dataset", String(255), nullable=False),
    Column("want", BigId, nullable=False, server_default="0"),
    Column("done", BigId, nullable=False, server_default="0"),
    Column("running_gen", BigId),
    Column("run_id", String(36)),
    Column("fence", BigId, nullable=False, server_default="0"),
    Column("lease_until", Double),
    Column("not_before", Double, nullable=False, server_default="0"),
    Column("next_due", Double),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("cancel_requested", Boolean, nullable=False, server_default="0"),
    Column("checkpoint", JsonDocument),
    Column("worker_id", String(64)),
    UniqueConstraint("connection_id", "dataset"),
    Index(None, "tenant_id"),
    Index(None, "lease_until"),
    CheckConstraint("done <= want", name="done_within_want"),
    CheckConstraint(
        "running_gen IS NULL OR (running_gen > done AND running_gen <= want)", name="running_within"
    ),
)

workers = system_table(
    "workers",
    Column("id", String(64), primary_key=True),
    Column("seen_at", Double, nullable=False),
    Column("started_at", Double, nullable=False),
)
