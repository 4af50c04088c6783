"""Pages of the audit trail: a tenant's own, or everybody's for an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from odoosync.accounts import Principal
from odoosync.accounts.trail import TrailFilter, newest, newest_of_all
from odoosync.api.reading.cursor import read_place, write_place
from odoosync.api.reading.errors import BadLimit
from odoosync.api.reading.listing import LARGEST_PAGE
from odoosync.clock import iso
from odoosync.db import Database
from odoosync.event_loop import paced

_LOG: Final = "audit"


@dataclass(frozen=True, slots=True)
class AuditPage:
    items: list[dict[str, Any]]
    next_cursor: str | None


async def list_entries(
    database: Database,
    caller: Principal,
    wanted: TrailFilter,
    *,
    everybody: bool = False,
    limit: int,
    cursor: str | None = None,
) -> AuditPage:
    """Return one page. Raises AdminNeeded for `everybody`, UnknownKind, BadLimit, BadCursor."""
    if everybody:
        caller.need_admin()
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadLimit(LARGEST_PAGE)
    before = read_place(_LOG, cursor)
    if everybody:
        found = await newest_of_all(database, wanted, limit=limit + 1, before=before)
    else:
        async with database.tenant(caller.tenant_id, write=False) as tx:
            found = await newest(tx, wanted, limit=limit + 1, before=before)
    shown = found[:limit]
    more = len(found) > limit
    items = [entry_view(row) async for row in paced(shown)]
    return AuditPage(items, write_place(_LOG, shown[-1].id) if more else None)


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
