"""Pages of the audit trail: a tenant's own, or everybody's for an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from odoosync.accounts import Principal
from odoosync.accounts.audit_query import AuditFilter, is_about, newest
from odoosync.api.reading.cursor import read_cursor, write_cursor
from odoosync.api.reading.errors import BadLimit
from odoosync.api.reading.listing import LARGEST_PAGE
from odoosync.clock import iso
from odoosync.connections import store as connections
from odoosync.connections.errors import NoConnection
from odoosync.db import Database, Tx
from odoosync.event_loop import paced

_LOG: Final = "audit"


@dataclass(frozen=True, slots=True)
class AuditPage:
    items: list[dict[str, Any]]
    next_cursor: str | None


async def list_entries(
    database: Database,
    caller: Principal,
    wanted: AuditFilter,
    *,
    everybody: bool = False,
    limit: int,
    cursor: str | None = None,
) -> AuditPage:
    """Return one page. Raises AdminNeeded for `everybody`, BadLimit, BadCursor.

    Raises what `newest_entries` does.
    """
    if everybody:
        caller.need_admin()
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadLimit(LARGEST_PAGE)
    before = read_cursor(_LOG, cursor, int)
    tenant_id = None if everybody else caller.tenant_id
    before_id = before[0] if before else None
    found = await newest_entries(database, tenant_id, wanted, limit=limit + 1, before=before_id)
    shown = found[:limit]
    more = len(found) > limit
    items = [entry_view(row) async for row in paced(shown)]
    return AuditPage(items, write_cursor(_LOG, shown[-1].id) if more else None)


async def newest_entries(
    database: Database,
    tenant_id: int | None,
    wanted: AuditFilter,
    *,
    limit: int,
    before: int | None = None,
) -> list[Row[Any]]:
    """List entries, newest first: a tenant's, or across tenants where none is given.

    Raises UnknownKind, and NoConnection for a connection that never was.
    """
    trail = database.system(write=False)
    if tenant_id is not None:
        trail = database.tenant(tenant_id, write=False)
    async with trail as tx:
        found = await newest(tx, wanted, limit=limit, before=before)
        if not found and wanted.connection_id is not None:
            await _check_connection(tx, wanted.connection_id)
    return found


async def _check_connection(tx: Tx, connection_id: int) -> None:
    if not (await connections.exists(tx, connection_id) or await is_about(tx, connection_id)):
        raise NoConnection


def entry_view(row: Row[Any]) -> dict[str, Any]:
    """Render an entry as every surface shows it."""
    return {
        "id": row.id,
        "at": iso(row.at),
        "kind": row.kind,
        "tenant_id": row.tenant_id,
        "user_id": row.user_id,
        "actor": row.actor,
        "via": row.via,
        "key_id": row.key_id,
        "address": row.address,
        "connection_id": row.connection_id,
        "run_id": row.run_id,
        "odoo_login": row.odoo_login,
        "detail": row.detail,
    }
