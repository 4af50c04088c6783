"""Records as GraphQL types: what all of them have, and pages of them."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.scalars import JSON

from odoosync.api.graphql.context import Info
from odoosync.api.reading.listing import count_records


@strawberry.type(description="What a many2one field points to.")
class Reference:
    id: int = strawberry.field(description="The id in Odoo.")
    name: str | None


@strawberry.input(description="A condition on any field of the records.")
class FilterInput:
    field: str
    op: str = strawberry.field(
        default="eq", description="eq, ne, gt, gte, lt, lte, in, contains or isnull."
    )
    value: JSON


@strawberry.type(description="A record of any dataset.")
class Record:
    id: strawberry.ID
    odoo_id: int
    active: bool = strawberry.field(description="False for archived records.")
    write_date: str | None
    synced_at: str
    deleted_at: str | None
    unreachable_at: str | None = strawberry.field(
        description="Since when the login cannot read it any more."
    )
    fields: JSON = strawberry.field(description="All fields that are kept, custom ones included.")


async def _count(root: strawberry.Parent[Any], info: Info) -> int:
    services, caller = info.context.services, info.context.caller
    return await count_records(services.database, caller.tenant_id, root)


@strawberry.type
class Page:
    next_cursor: str | None
    total_count: int = strawberry.field(
        resolver=_count, description="How many there are on all pages; counted when asked for."
    )


@strawberry.type
class RecordPage(Page):
    items: list[Record]
