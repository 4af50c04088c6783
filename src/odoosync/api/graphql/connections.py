"""Connections: what is stored of each Odoo, its secret never."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.scalars import JSON

from odoosync.api.graphql.arguments import OrActive
from odoosync.api.graphql.context import Info
from odoosync.api.reading.connection_problem import troubles
from odoosync.api.schemas.connections import connection_view
from odoosync.connections import store
from odoosync.connections.connection import Connection as Stored
from odoosync.connections.errors import NoConnection, NoCredentials
from odoosync.db import Tx


@strawberry.type(description="Failures in a row; nothing is asked before `next_try_at`.")
class Trouble:
    state: str = strawberry.field(description="failing, left_alone or rejected.")
    since: str | None
    failures: int
    next_try_at: str | None
    code: str
    reason: str


@strawberry.type(description="An Odoo of the caller's; its secret is never shown.")
class Connection:
    id: int
    name: str
    odoo_url: str
    odoo_database: str
    odoo_username: str
    odoo_version: str | None
    protocol: str | None
    extra_fields: JSON
    preferences: JSON = strawberry.field(description="How it is synced, as in the REST API.")
    is_active: bool
    created_at: str | None
    tested_at: str | None
    paused_at: str | None = strawberry.field(description="Since when nothing is synced.")
    rate_limited_since: str | None = strawberry.field(
        description="When its Odoo first answered 429: from then on it is asked one call a second."
    )
    deleted_at: str | None
    removed_from: str | None = strawberry.field(
        description="Of a deleted connection: until then it can be restored."
    )
    trouble: Trouble | None = strawberry.field(description="Why its Odoo does not answer.")
    note: str | None = strawberry.field(
        description="Of a mutation that switched from another connection to this one: says so."
    )


async def _views(tx: Tx, found: list[Stored]) -> list[dict[str, Any]]:
    told = await troubles(tx, found)
    return [connection_view(one, told.get(one.id)).model_dump() for one in found]


async def _listed(info: Info, *, include_deleted: bool = False) -> Any:
    caller, database = info.context.need("read"), info.context.services.database
    async with database.tenant(caller.tenant_id, write=False) as tx:
        found = await store.every(tx, include_deleted=include_deleted)
        info.context.budget.take(len(found))
        return await _views(tx, found)


async def _shown(
    info: Info, connection_id: OrActive = None, *, include_deleted: bool = False
) -> Any:
    caller, database = info.context.need("read"), info.context.services.database
    info.context.budget.take(1)
    async with database.tenant(caller.tenant_id, write=False) as tx:
        try:
            found = await (
                store.active(tx)
                if connection_id is None
                else store.get(tx, connection_id, include_deleted=include_deleted)
            )
        except (NoConnection, NoCredentials):
            return None
        (view,) = await _views(tx, [found])
        return view


connections_field: Any = strawberry.field(
    resolver=_listed,
    graphql_type=list[Connection],
    description="The caller's, oldest first; on request also those that can be restored.",
)
connection_field: Any = strawberry.field(
    resolver=_shown,
    graphql_type=Connection | None,
    description="One of the caller's; the active one when none is named. Null for a user without "
    "a connection, and for an id that none of them has.",
)
