"""The audit trail: who did what, when, and from where."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from odoosync.accounts.audit_query import AuditFilter
from odoosync.api.auth import Manager
from odoosync.api.json_answer import json_answer
from odoosync.api.openapi import problems
from odoosync.api.reading.audit import list_entries
from odoosync.api.reading.moments import read_moment
from odoosync.api.routing import new_router
from odoosync.api.schemas.audit import AuditQuery, Entries
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1/audit", tags=["audit"])


@router.get(
    "",
    response_model=Entries,
    summary="List audit entries, newest first",
    responses=problems(403),
)
async def list_audit(
    caller: Manager, services: ServicesDep, query: Annotated[AuditQuery, Query()]
) -> Response:
    """Tell who did what with the caller's account and connections; needs the scope `manage`."""
    wanted = AuditFilter(
        kind=query.kind,
        connection_id=query.connection_id,
        since=read_moment("since", query.since),
        until=read_moment("until", query.until),
    )
    page = await list_entries(
        services.database,
        caller,
        wanted,
        everybody=query.all,
        limit=query.limit,
        cursor=query.cursor,
    )
    return await json_answer({"items": page.items, "next_cursor": page.next_cursor})
