"""Watching a run by server-sent events, for as long as the caller may see it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import orjson
from fastapi.responses import StreamingResponse

from odoosync.accounts import Principal
from odoosync.accounts.errors import NotSignedIn
from odoosync.api.auth import Reader, Recogniser
from odoosync.api.rest.runs import RunId, run_of
from odoosync.api.routing import new_router
from odoosync.api.services import Services, ServicesDep
from odoosync.sync import runs

router = new_router(prefix="/api/v1", tags=["sync"])

_LOOK_S: Final = 0.5
_LONGEST_S: Final = 3_600
_LOOKS: Final = int(_LONGEST_S / _LOOK_S)
_LOOKS_PER_CALLER: Final = 6
"""A session that has ended is noticed within three seconds."""


@router.get(
    "/runs/{run_id}/events",
    summary="Watch a run",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def watch_run(
    run_id: RunId, caller: Reader, services: ServicesDep, recognise: Recogniser
) -> StreamingResponse:
    """Server-sent events: `progress` with the run while it goes, then `end`.

    They break off when the caller's token ends, or after an hour.
    """
    await run_of(run_id, caller, services)
    services.streams.check(caller.user_id)
    return StreamingResponse(
        events_of(run_id, caller, services, recognise),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def events_of(
    run_id: str,
    caller: Principal,
    services: Services,
    recognise: Callable[[], Awaitable[Principal]],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[bytes]:
    """Yield what is new of a run; ends with it, with the caller's session, or when it is gone."""
    last: dict[str, Any] = {}
    with services.streams.one_of(caller.user_id):
        for look in range(1, _LOOKS + 1):
            try:
                if look % _LOOKS_PER_CALLER == 0:
                    await recognise()
                view = await run_of(run_id, caller, services)
            except (NotSignedIn, runs.NoRun):
                return
            ended = view["status"] in runs.ENDED
            if view != last or ended:
                name = b"end" if ended else b"progress"
                yield b"event: " + name + b"\ndata: " + orjson.dumps(view) + b"\n\n"
            if ended:
                return
            last = view
            await sleep(_LOOK_S)
