"""What Odoo fails on: rows and fields that syncs leave out and try again."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, Field

from odoosync.api.auth import Reader
from odoosync.api.json_answer import json_answer
from odoosync.api.parameters import RowId
from odoosync.api.reading.aside import list_set_aside
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1/connections", tags=["sync"])


class SetAsideView(BaseModel):
    """What could not be read: a row or a field of one, tried in turn; or a field altogether.

    A field of many rows is left out of the copy, and tried once a day.
    """

    connection_id: int
    dataset: str
    odoo_id: int | None = Field(description="Null when it is a field of many rows.")
    field: str | None = Field(description="Null when it is the whole row.")
    code: str
    reason: str
    first_at: str | None
    last_at: str | None


class SetAside(BaseModel):
    items: list[SetAsideView]
    next_cursor: str | None


class SetAsideQuery(BaseModel):
    """Which of them to list."""

    dataset: str | None = Field(default=None, max_length=255)
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(
        default=None, max_length=2_000, description="`next_cursor` of a list."
    )


@router.get(
    "/{connection_id}/set-aside", response_model=SetAside, summary="List what Odoo fails on"
)
async def list_what_is_set_aside(
    connection_id: RowId,
    caller: Reader,
    services: ServicesDep,
    query: Annotated[SetAsideQuery, Query()],
) -> Response:
    """Rows and fields that could not be read, with the reason; the rest of them is stored."""
    page = await list_set_aside(
        services.database,
        caller.tenant_id,
        connection_id,
        dataset=query.dataset,
        limit=query.limit,
        cursor=query.cursor,
    )
    return await json_answer({"items": page.items, "next_cursor": page.next_cursor})
