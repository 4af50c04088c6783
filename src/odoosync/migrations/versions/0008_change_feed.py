"""The change feed: each record knows when, in the order of commits, it last changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from odoosync.db import APP_ROLE, SYSTEM_ROLE, BigId
from odoosync.migrations.policies import protect_tenant_table

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_COLUMNS = ("change_xid", "change_seq", "created_seq")


def upgrade() -> None:
    for name in _COLUMNS:
        zero = sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        op.add_column("records", zero)
    op.create_table(
        "change_counters",
        sa.Column("tenant_id", BigId, autoincrement=False, nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_change_counters")),
    )
    op.create_table(
        "change_clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ahead", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_clock_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_clock")),
    )
    op.execute("INSERT INTO change_clock (id, ahead) VALUES (1, 0)")
    if op.get_bind().dialect.name == "postgresql":
        _number_on_postgresql()
    else:
        _number_on_sqlite()
    op.create_index(
        "ix_records_changes", "records", ["tenant_id", "change_xid", "change_seq"], unique=False
    )


def _number_on_postgresql() -> None:
    protect_tenant_table("change_counters")
    op.execute(f"GRANT SELECT ON change_clock TO {APP_ROLE}, {SYSTEM_ROLE}")
    op.execute("CREATE SEQUENCE record_changes")
    op.execute(f"GRANT USAGE ON SEQUENCE record_changes TO {APP_ROLE}, {SYSTEM_ROLE}")
    op.execute("""
        UPDATE records SET change_seq = numbered.seq, created_seq = numbered.seq
        FROM (SELECT ctid AS place, nextval('record_changes') AS seq FROM records) AS numbered
        WHERE records.ctid = numbered.place
    """)


def _number_on_sqlite() -> None:
    op.execute("UPDATE records SET change_seq = rowid, created_seq = rowid")
    op.execute("""
        INSERT INTO change_counters (tenant_id, last_seq)
        SELECT tenant_id, max(change_seq) FROM records GROUP BY tenant_id
    """)
