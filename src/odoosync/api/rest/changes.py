"""The change feed: what changed since the caller last looked, at least once and without gaps."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from odoosync.api.auth import Authenticator, Reader
from odoosync.api.json_answer import json_answer
from odoosync.api.reading.feed import WantedChanges, wait_for_changes
from odoosync.api.routing import new_router
from odoosync.api.schemas.changes import Changes, ChangesQuery
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1", tags=["records"])


_DESCRIPTION = (
    "Begin with `after=0`, keep `next_after` and ask again with it: at once while there is `more`, "
    "later otherwise. A record stands in the feed once, at its last change: treat `created` and "
    "`updated` alike, and store the record under its `id`. `deleted` is gone from Odoo, `hidden` "
    "is out of the login's sight. With `wait` the answer comes as soon as something "
    "has changed: ask again at once, then."
)


@router.get(
    "/changes", response_model=Changes, summary="Follow what changes", description=_DESCRIPTION
)
async def follow_changes(
    request: Request,
    query: Annotated[ChangesQuery, Query()],
    caller: Reader,
    services: ServicesDep,
    authenticate: Authenticator,
) -> Response:
    wanted = WantedChanges(query.after, query.connection_id, query.dataset, query.limit)
    with services.streams.while_waiting(caller.user_id, wait=query.wait > 0):
        feed = await wait_for_changes(
            services.database,
            caller.tenant_id,
            wanted,
            services.change_poll,
            wait_s=query.wait,
            is_gone=request.is_disconnected,
        )
        if query.wait:  # the session may have ended meanwhile
            await authenticate()
    return await json_answer(feed.to_json())
