"""Routes that look at the body, and at names of parameters, last.

FastAPI parses JSON before anything else, and ignores parameters that it does not know. So a
stranger with a broken body would be told about the body instead of the token. Here `check_request`
is the last dependency of every route: who calls, and what of, is decided before it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Iterable, Iterator
from functools import wraps
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import QueryParams

from odoosync.api.errors import BadForm, InvalidJson, UnusableText, WrongMediaType
from odoosync.api.validation import NO_OBJECT, repeated_name, unknown_name
from odoosync.errors import InvalidInput

Endpoint = Callable[..., Coroutine[Any, Any, Any]]
_LAST: Final = "_checked"
_ANY: Final = "*"
_READING: Final = frozenset({"GET", "HEAD"})


def parse_json(body: bytes) -> Any:
    """Return the value, or the error that tells what is wrong with it.

    Lone surrogates are no JSON. NUL characters are, but no database keeps them.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        where = f"see line {error.lineno}, column {error.colno}"
        return InvalidJson(f"The body is not valid JSON: {where}. Nothing was done.")
    if rb"\u0000" in body and _holds_nul(value):
        return UnusableText(
            r"The body holds the character \u0000, which cannot be kept. Leave it out."
        )
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
    """A request whose body may be unreadable until `check_request` has looked at it."""

    async def json(self) -> Any:
        """Return the value, or the error in its place; it is parsed once."""
        if not hasattr(self, "_parsed"):
            self._parsed = parse_json(await self.body())
        return self._parsed


class Route(APIRoute):
    """A route that refuses fields and parameters that it does not know."""

    ignores_unknown = False

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        super().__init__(path, _checked_last(endpoint), **options)
        found = set(_parameters(self.dependant))
        self.takes_any = _ANY in found
        self.parameters = found - {_ANY}
        field = self.body_field.field_info if self.body_field else None
        self.reads_form = isinstance(field, params.Form)
        self.form = None if field is None else field.annotation

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_patiently(request: Request) -> Response:
            return await handle(_PatientRequest(request.scope, request.receive))

        return handle_patiently


class LenientRoute(Route):
    """A route that ignores what it does not know, as its own standard or contract says."""

    ignores_unknown = True


def new_router(
    *, prefix: str = "", tags: list[str] | None = None, ignores_unknown: bool = False
) -> APIRouter:
    """Return a router for one noun; `prefix` is its whole path, such as `/api/v1/contacts`."""
    route_class = LenientRoute if ignores_unknown else Route
    return APIRouter(prefix=prefix, tags=[*(tags or [])], route_class=route_class)


async def check_request(request: Request) -> None:
    """Raise what is wrong with a body, or with the names of fields and parameters.

    A body is looked at where none is read, too: whoever sends one means something by it. That of a
    GET means nothing.
    """
    route: Route = request.scope["route"]
    if route.reads_form:  # OAuth2's, which says that unknown fields are ignored
        return
    fields = {} if request.method in _READING else await _fields_of(request, route)
    wrong = _repeated(request.query_params, route.parameters)
    if not route.ignores_unknown:
        wrong += [] if route.takes_any else _unknown(request.query_params, route.parameters)
        wrong += _unknown(fields, ()) if route.form is None else []
    if wrong:
        raise BadForm(wrong)


async def _fields_of(request: Request, route: Route) -> dict[str, Any]:
    """Return the body's fields. Raises InvalidJson, UnusableText, WrongMediaType, BadForm."""
    if not await request.body():
        return {}
    if not _is_json(request.headers.get("content-type", "")):
        if route.form is None and route.ignores_unknown:
            return {}
        raise WrongMediaType("Send the body as JSON, with `Content-Type: application/json`.")
    value = await request.json()
    if isinstance(value, InvalidInput):
        raise value
    if not isinstance(value, dict):
        raise BadForm([NO_OBJECT])
    return value


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def _repeated(given: QueryParams, known: Iterable[str]) -> list[dict[str, str]]:
    """Return a problem for each parameter that comes twice: which one is meant nobody knows.

    No parameter is a list. Filters, which routes with any name take, may repeat: all must hold.
    """
    return [repeated_name(name) for name in sorted(known) if len(given.getlist(name)) > 1]


def _unknown(given: Iterable[str], known: Iterable[str]) -> list[dict[str, str]]:
    """Return a problem for each name that is not known."""
    return [unknown_name(name, known) for name in given if name not in known]


def _parameters(dependant: Dependant) -> Iterator[str]:
    """Yield the names of all query parameters of a route; `*` where it takes any name."""
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from model.model_fields
            if model.model_config.get("extra") == "allow":
                yield _ANY
        else:
            yield field.alias
    for dependency in dependant.dependencies:
        yield from _parameters(dependency)


def _checked_last(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with `check_request` as its last parameter: they are solved in order."""
    signature = inspect.signature(endpoint)
    last = inspect.Parameter(
        _LAST, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[None, Depends(check_request)]
    )

    @wraps(endpoint)
    async def call(**given: Any) -> Any:
        del given[_LAST]
        return await endpoint(**given)

    parameters = [*signature.parameters.values(), last]
    call.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return call
