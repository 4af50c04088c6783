"""One line a request, and the last resort for what nobody caught.

A line has the method, the path's template, the status and the time; never a body, a query's values
or a header, for all of these can hold secrets.
"""

from __future__ import annotations

import time
import uuid
from typing import Any, Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from odoosync.api.problems import unexpected_problem
from odoosync.log import get_logger

_log = get_logger("odoosync.api")
_QUIET: Final = frozenset({"/healthz", "/readyz"})


class AccessLog:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, status, begun = uuid.uuid4().hex[:16], 0, time.perf_counter()

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"],
                    (b"x-request-id", request_id.encode()),
                ]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_marked)
            except Exception:  # the boundary: nothing of an unknown error may reach the caller
                _log.exception("request failed", method=scope["method"], path=template_of(scope))
                if status:
                    raise
                await unexpected_problem()(scope, receive, send_marked)
            finally:
                _write_line(scope, status, time.perf_counter() - begun)


def _write_line(scope: Scope, status: int, seconds: float) -> None:
    path = template_of(scope)
    write = _log.debug if path in _QUIET else _log.info
    write(
        "request",
        method=scope["method"],
        path=path,
        status=status,
        ms=round(seconds * 1000, 1),
    )


def template_of(scope: Scope) -> str:
    """Return the route's path with its parameters' names; strangers' paths are not repeated."""
    route: Any = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return str(getattr(route, "path", None) or "(no route)")
