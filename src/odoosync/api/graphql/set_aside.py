"""Rows and fields that Odoo fails on."""

from __future__ import annotations

from typing import Any

import strawberry

from odoosync.api.graphql.arguments import OrActive
from odoosync.api.graphql.context import Info
from odoosync.api.graphql.runs import BigInt
from odoosync.api.reading.aside import list_set_aside
from odoosync.api.reading.listing import USUAL_PAGE


@strawberry.type(
    description="What could not be read: a row or a field of one, tried in turn; or a field "
    "of many rows, tried once a day."
)
class SetAside:
    connection_id: int
    dataset: str
    odoo_id: BigInt | None = strawberry.field(
        description="Null when it is a field of many rows: that is left out."
    )
    field: str | None = strawberry.field(description="Null when it is the whole row.")
    code: str
    reason: str
    first_at: str
    last_at: str


@strawberry.type
class SetAsidePage:
    items: list[SetAside]
    next_cursor: str | None


async def _listed(
    info: Info,
    *,
    connection_id: OrActive = None,
    dataset: str | None = None,
    limit: int = USUAL_PAGE,
    cursor: str | None = None,
) -> Any:
    caller, database = info.context.need("read"), info.context.services.database
    info.context.budget.take_page(limit)
    return await list_set_aside(
        database, caller.tenant_id, connection_id, dataset=dataset, limit=limit, cursor=cursor
    )


set_aside_field: Any = strawberry.field(
    resolver=_listed,
    graphql_type=SetAsidePage,
    description="What Odoo fails on, with the reason; the active connection's when none is named.",
)
