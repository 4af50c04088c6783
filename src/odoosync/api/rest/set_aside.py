"""What Odoo fails on: rows and fields that syncs leave out and try again."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from odoosync.api.auth import Reader
from odoosync.api.json_answer import json_answer
from odoosync.api.parameters import RowId
from odoosync.api.reading.aside import list_set_aside
from odoosync.api.routing import new_router
from odoosync.api.schemas.row_errors import SetAside, SetAsideQuery
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1/connections", tags=["sync"])


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
