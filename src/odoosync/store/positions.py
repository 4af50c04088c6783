"""Where in the change feed a write stands: its place is taken in the same transaction.

Sequence numbers commit out of order on PostgreSQL: whoever saw 2 might never see 1. There a
change is placed by its transaction's number first, and shown only once every transaction before
it has ended. On SQLite writers come one after the other, and a counter is enough.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, TextClause, literal_column, select, text
from sqlalchemy.dialects.sqlite import insert

from odoosync.db import Tx
from odoosync.store.tables import change_counters

_AHEAD: Final = "(SELECT ahead FROM change_clock)"
XID: Final = f"pg_current_xact_id()::text::bigint + {_AHEAD}"
"""PostgreSQL: the place of this transaction."""
NEXT: Final = "nextval('record_changes')"
"""PostgreSQL: the place of a row within it."""
_OLDEST_OPEN: Final = f"pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {_AHEAD}"


async def reserve(tx: Tx, count: int) -> int:
    """Count up by `count` on SQLite; returns the number before the first that is ours."""
    start = insert(change_counters).values(tenant_id=tx.tenant_id, last_seq=count)
    counted = start.on_conflict_do_update(
        index_elements=["tenant_id"], set_={"last_seq": change_counters.c.last_seq + count}
    ).returning(change_counters.c.last_seq)
    return int(await tx.scalar(counted)) - count


def marked_now() -> dict[str, ColumnElement[Any]]:
    """Return what an UPDATE on PostgreSQL sets beside its marks."""
    return {
        "change_xid": literal_column(XID, BigInteger),
        "change_seq": literal_column(NEXT, BigInteger),
    }


def oldest_open() -> ColumnElement[int]:
    """Return the place on PostgreSQL that everything shown lies below."""
    return literal_column(_OLDEST_OPEN, BigInteger)


async def last_given(tx: Tx) -> tuple[int, int]:
    """Return a place that no reader can be beyond; rows may be gone since it was given.

    Neither SQLite's counter nor PostgreSQL's oldest open transaction ever goes back.
    """
    if tx.dialect == "postgresql":
        return int(await tx.scalar(select(oldest_open()))), 0
    counted = await tx.scalar(tx.select(change_counters, change_counters.c.last_seq))
    return 0, int(counted or 0)


_NOW_US: Final = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
_SET_AHEAD: Final = f"""
    WITH reached AS (
        SELECT coalesce(max(newest.change_xid), 0) AS stored,
            pg_current_xact_id()::text::bigint AS own
        FROM tenants CROSS JOIN LATERAL (
            SELECT change_xid FROM records WHERE records.tenant_id = tenants.id
            ORDER BY change_xid DESC, change_seq DESC LIMIT 1
        ) AS newest
    )
    UPDATE change_clock SET ahead = greatest(stored + 1, {_NOW_US}) - own
    FROM reached WHERE id = 1 AND own + ahead <= stored
"""  # noqa: S608 - nothing of it comes from outside


def catch_up() -> TextClause:
    """Return the statement that puts new changes behind all that any reader can have seen.

    After a dump was restored elsewhere, that server's transactions may have lower numbers than
    those stored; and readers may have come further than the dump. So new changes go on from the
    microseconds since 1970, which no counter reaches: one that began with them grows more slowly.
    """
    return text(_SET_AHEAD)


_LEAP: Final = {
    "postgresql": f"""
        UPDATE change_clock
        SET ahead = greatest(ahead, {_NOW_US} - pg_current_xact_id()::text::bigint) WHERE id = 1
    """,  # noqa: S608 - nothing of it comes from outside
    "sqlite": """
        INSERT INTO change_counters (tenant_id, last_seq)
        SELECT id, CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)
        FROM tenants WHERE true
        ON CONFLICT (tenant_id) DO UPDATE SET last_seq = max(last_seq, excluded.last_seq)
    """,
}


def leap(dialect: str) -> TextClause:
    """Return the same without a condition: for a database known to be older than its readers.

    Nobody else may write meanwhile: a transaction that saw both numbers would leave a gap.
    """
    return text(_LEAP[dialect])
