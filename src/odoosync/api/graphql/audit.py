"""The audit trail."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.scalars import JSON

from odoosync.accounts.audit_query import AuditFilter
from odoosync.api.graphql.arguments import BigOrAll
from odoosync.api.graphql.context import Info
from odoosync.api.graphql.runs import BigInt
from odoosync.api.reading.audit import list_entries
from odoosync.api.reading.listing import USUAL_PAGE
from odoosync.api.reading.moments import read_moment


@strawberry.type(description="Who did what, when and from where; nothing of it is ever changed.")
class AuditEntry:
    id: BigInt
    at: str
    kind: str
    tenant_id: BigInt | None
    user_id: BigInt | None
    actor: str | None = strawberry.field(description="The user's name, as it was then.")
    via: str = strawberry.field(description="password, refresh, api_key, command, service or none.")
    key_id: BigInt | None
    address: str | None
    connection_id: BigInt | None
    run_id: str | None
    odoo_login: str | None
    detail: JSON


@strawberry.type
class AuditPage:
    items: list[AuditEntry]
    next_cursor: str | None


async def _audit(
    info: Info,
    *,
    limit: int = USUAL_PAGE,
    cursor: str | None = None,
    kind: str | None = None,
    connection_id: BigOrAll = None,
    since: str | None = None,
    until: str | None = None,
    all: bool = False,  # noqa: A002 - the argument's name
) -> Any:
    caller = info.context.need("manage")
    wanted = AuditFilter(
        kind, connection_id, read_moment("since", since), read_moment("until", until)
    )
    info.context.budget.take_page(limit)
    database = info.context.services.database
    return await list_entries(database, caller, wanted, everybody=all, limit=limit, cursor=cursor)


audit_field: Any = strawberry.field(
    resolver=_audit,
    graphql_type=AuditPage,
    description="Audit entries, newest first; needs the scope `manage`. `all`: everybody's, "
    "for administrators.",
)
