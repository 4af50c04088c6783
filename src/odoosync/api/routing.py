"""Routers whose requests look at the body last.

FastAPI parses JSON before anything else, so that a stranger with a broken body would be told about
the body instead of the token. Here a body that cannot be parsed becomes a value that no model
accepts: who calls, and what of, is decided first. Every router of the API is one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute


@dataclass(frozen=True)
class MalformedJson:
    """Stands in for a body that is no JSON, or holds what no database keeps."""

    reason: str


def parse_json(body: bytes) -> Any:
    """Return the value, or MalformedJson: also for lone surrogates and NUL signs in strings."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        return MalformedJson(f"is not valid JSON: see line {error.lineno}, column {error.colno}")
    if rb"\u0000" in body and _holds_nul(value):
        return MalformedJson(r"holds the character \u0000, which cannot be kept; leave it out")
    return value


def _holds_nul(value: Any) -> bool:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and "\x00" in one:
            return True
        if isinstance(one, dict):
            waiting.extend(one.keys())
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return False


class _PatientRequest(Request):
    async def json(self) -> Any:
        return parse_json(await self.body())


class Route(APIRoute):
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_patiently(request: Request) -> Response:
            return await handle(_PatientRequest(request.scope, request.receive))

        return handle_patiently


def new_router(*, prefix: str = "", tags: list[str] | None = None) -> APIRouter:
    """Return a router for one noun; `prefix` is its whole path, such as `/api/v1/contacts`."""
    return APIRouter(prefix=prefix, tags=[*(tags or [])], route_class=Route)
