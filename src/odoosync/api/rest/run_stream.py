"""Watching a run by server-sent events, for as long as the caller may see it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import orjson
from fastapi.responses import StreamingResponse

from odoosync.accounts import Principal
from odoosync.accounts.errors import NotSignedIn
from odoosync.api.auth import Authenticator, Reader
from odoosync.api.rest.runs import RunId, run_of
from odoosync.api.routing import new_router
from odoosync.api.services import Services, ServicesDep
from odoosync.api.streams import MAX_PER_USER, EventStream
from odoosync.sync import runs
from odoosync.sync.run_view import run_view

router = new_router(prefix="/api/v1", tags=["sync"])

_MAX_SECONDS: Final = 3_600


@router.get(
    "/runs/{run_id}/events",
    summary="Watch a run",
    description="Server-sent events: `progress` with the run while it goes, then `end`. They break "
    "off when the caller's token ends, or after an hour. A user may have "
    f"{MAX_PER_USER} requests open that wait for news, in each process of the service.",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def watch_run(
    run_id: RunId, caller: Reader, services: ServicesDep, authenticate: Authenticator
) -> StreamingResponse:
    first = await run_of(run_id, caller, services)
    events = events_of(first, caller, services, authenticate)
    return EventStream(events, services.streams, caller.user_id)


async def events_of(
    first: dict[str, Any],
    caller: Principal,
    services: Services,
    authenticate: Callable[[], Awaitable[Principal]],
) -> AsyncIterator[bytes]:
    """Yield what is new of a run; ends with it, with the caller's session, or when it is gone."""

    async def look(run_ids: frozenset[str]) -> dict[str, dict[str, Any]]:
        async with services.database.tenant(caller.tenant_id, write=False) as tx:
            return {run.id: run_view(run) for run in await runs.get_many(tx, run_ids)}

    end = time.monotonic() + _MAX_SECONDS
    last: dict[str, Any] = {}
    view: dict[str, Any] | None = first
    while view is not None and time.monotonic() < end:
        if view != last:
            yield _event(view)
        if view["status"] in runs.ENDED:
            return
        last = view
        view = await services.run_poll.next(caller.tenant_id, first["id"], look)
        try:
            await services.streams.check_session(caller, authenticate)
        except NotSignedIn:
            return


def _event(view: dict[str, Any]) -> bytes:
    name = b"end" if view["status"] in runs.ENDED else b"progress"
    return b"event: " + name + b"\ndata: " + orjson.dumps(view) + b"\n\n"
