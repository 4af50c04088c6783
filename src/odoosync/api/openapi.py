"""The OpenAPI document: what FastAPI derives, with every problem that a route can answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi

from odoosync.api.json_answer import json_answer
from odoosync.api.problems import MEDIA_TYPE, Problem

Document = dict[str, Any]
_SCHEMA: Final = {"$ref": "#/components/schemas/Problem"}
_PROBES: Final = frozenset({"/healthz", "/readyz"})
_DOWN_TO_OPERATIONS: Final = 3
_METHODS: Final = frozenset({"get", "put", "post", "patch", "delete"})


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` for a route: the statuses that are not derived from its shape."""
    return {status: _response(status) for status in statuses}


def _response(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": _SCHEMA}},
    }


def documented(app: FastAPI) -> Callable[[], Document]:
    """Return the function that FastAPI asks for its document; it is made once."""

    def openapi() -> Document:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=app.description,
                    routes=app.routes,
                    tags=app.openapi_tags,
                    servers=app.servers,
                )
            )
        return app.openapi_schema

    return openapi


async def show_document(request: Request) -> Response:
    """Serve the document; a thread makes it, for that takes several tenths of a second."""
    app: FastAPI = request.app
    document = app.openapi_schema
    if document is None:
        document = await asyncio.to_thread(app.openapi)
    if root_path := request.scope.get("root_path", "").rstrip("/"):
        document = {**document, "servers": [{"url": root_path}]}
    return await json_answer(document, levels=_DOWN_TO_OPERATIONS)


def _complete(document: Document) -> Document:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for left_over in ("HTTPValidationError", "ValidationError"):
        schemas.pop(left_over, None)
    model = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= model.pop("$defs", {})
    schemas["Problem"] = model
    for path, operation in _operations(document):
        responses = operation.setdefault("responses", {})
        responses.pop("422", None)
        for status in sorted(_derived(path, operation)):
            responses.setdefault(str(status), _response(status))
    return document


def _operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            if method in _METHODS:
                yield path, operation


def _derived(path: str, operation: Document) -> set[int]:
    """Return the problems that an operation's shape lets happen."""
    found: set[int] = {422}
    if path not in _PROBES:
        found |= {400, 413, 415, 429, 500, 503}
    if operation.get("security"):
        found |= {401, 403}
        if operation.get("parameters") or "requestBody" in operation:
            found |= {404}  # what a parameter or a field of the body names may not be there
    if "requestBody" in operation:
        found |= {409}
    if any(one["name"] == "connection_id" for one in operation.get("parameters", ())):
        found |= {409}  # none is named, and none is active
    return found
