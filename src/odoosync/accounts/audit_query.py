"""Reading the audit trail, newest first, and letting go of what is older than it has to be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, delete, insert, select, update

from odoosync.accounts.audit_kinds import kinds_meant
from odoosync.accounts.tables import audit_horizon, audit_trail
from odoosync.db import Database, Tx, in_parts

AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries; `kind` may be a noun. `since` is part of the span, `until` is not."""

    kind: str | None = None
    connection_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def entries(
    tx: Tx, wanted: AuditFilter, *, limit: int, before: int | None = None
) -> Select[tuple[Any, ...]]:
    """Return the query of a page; in a transaction without a tenant, across all of them."""
    trail = audit_trail.c
    query = select(audit_trail) if tx.tenant_id is None else tx.select(audit_trail)
    if wanted.kind is not None:
        query = query.where(trail.kind.in_(kinds_meant(wanted.kind)))
    if wanted.connection_id is not None:
        query = query.where(trail.connection_id == wanted.connection_id)
    if wanted.since is not None:
        query = query.where(trail.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(trail.at < wanted.until)
    if before is not None:
        query = query.where(trail.id < before)
    return query.order_by(trail.id.desc()).limit(limit)


async def newest(
    tx: Tx, wanted: AuditFilter, *, limit: int, before: int | None = None
) -> list[Row[Any]]:
    """List entries, newest first; `before` is the id of the last one seen. Raises UnknownKind."""
    return list(await tx.all(entries(tx, wanted, limit=limit, before=before)))


async def is_about(tx: Tx, connection_id: int) -> bool:
    """Tell whether any entry is about the connection: those of a removed one are kept."""
    return bool(await newest(tx, AuditFilter(connection_id=connection_id), limit=1))


async def forget_entries_before(database: Database, horizon: datetime) -> int:
    """Across tenants: delete the entries older than the horizon; returns how many.

    The horizon is what the triggers of the table go by: nothing younger is deleted, whoever asks.
    """

    async def forget_some(tx: Tx) -> int:
        await _move_horizon(tx, horizon)
        old = select(audit_trail.c.id).where(audit_trail.c.at < horizon)
        some = old.order_by(audit_trail.c.at).limit(AT_ONCE)
        return (await tx.execute(delete(audit_trail).where(audit_trail.c.id.in_(some)))).rowcount

    return await in_parts(database, "shortening the audit trail", forget_some)


async def _move_horizon(tx: Tx, horizon: datetime) -> None:
    moved = await tx.execute(update(audit_horizon).values(before=horizon))
    if not moved.rowcount:
        await tx.execute(insert(audit_horizon).values(id=1, before=horizon))
