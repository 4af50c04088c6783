"""The audit trail: who did what, when, and from where."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel, Field

from odoosync.accounts.audit_query import AuditFilter
from odoosync.api.auth import Manager
from odoosync.api.json_answer import json_answer
from odoosync.api.openapi import problems
from odoosync.api.parameters import OrAll
from odoosync.api.reading.audit import list_entries
from odoosync.api.reading.moments import read_moment
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1/audit", tags=["audit"])


class EntryView(BaseModel):
    """One entry; nothing of it is ever changed."""

    id: int
    at: str
    kind: str = Field(examples=["credentials.revealed"])
    tenant_id: int | None = Field(description="Null when it is about no user of this service.")
    user_id: int | None
    actor: str | None = Field(description="The user's name, as it was then.")
    via: str = Field(description="password, refresh, api_key, command, service or none.")
    key_id: int | None = Field(description="The API key that was sent.")
    address: str | None
    connection_id: int | None
    run_id: str | None
    odoo_login: str | None
    detail: dict[str, Any]


class Entries(BaseModel):
    items: list[EntryView]
    next_cursor: str | None


class AuditQuery(BaseModel):
    """Which entries to list."""

    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of a list.")
    kind: str | None = Field(
        default=None, max_length=64, description="Such as `session.started`, or all of `session`."
    )
    connection_id: OrAll = None
    since: str | None = Field(default=None, max_length=40, description="ISO 8601; included.")
    until: str | None = Field(default=None, max_length=40, description="ISO 8601; not included.")
    all: bool = Field(default=False, description="Everybody's entries: for administrators.")


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
