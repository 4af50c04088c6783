"""The API as one ASGI application, from services and options handed in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cache

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from odoosync.api import confirm_email, health, metrics
from odoosync.api.browsing import browsing_router
from odoosync.api.edge.access_log import AccessLog
from odoosync.api.edge.client_address import ClientAddress
from odoosync.api.edge.rate_limit import RateLimit
from odoosync.api.edge.request_limits import RequestLimits
from odoosync.api.edge.root_path import RootPath
from odoosync.api.edge.security_headers import SecurityHeaders
from odoosync.api.graphql import graphql_router
from odoosync.api.openapi import documented, show_document
from odoosync.api.problems import DATABASE_AWAY, database_problem, problem_of, problem_of_status
from odoosync.api.rest import ROUTERS
from odoosync.api.services import Services
from odoosync.api.validation import bad_form
from odoosync.errors import OdoosyncError
from odoosync.log import get_logger

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
_log = get_logger("odoosync.api")


@dataclass(frozen=True)
class ApiOptions:
    """`schema_revision` is what `/readyz` wants to find; `rate_limit` is requests a second.

    Without a `metrics_token`, metrics are shown to this machine alone.
    """

    version: str = "0"
    schema_revision: str = ""
    rate_limit: int = 100
    cors_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    root_path: str = ""
    metrics_token: str = field(default="", repr=False)


def create_api(
    services: Services, options: ApiOptions, *, lifespan: Lifespan | None = None
) -> FastAPI:
    """Return the application; `lifespan` opens and closes what the composition root made."""
    app = FastAPI(
        title="Odoosync",
        version=options.version,
        description="A true, queryable copy of each user's Odoo data.",
        redirect_slashes=False,
        openapi_url=None,  # `show_document` serves it
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=_middleware(services, options),
        routes=list(_routes()),
    )
    app.state.services = services
    app.state.readiness = health.Readiness(services, options.schema_revision)
    app.state.metrics_token = options.metrics_token
    app.openapi = documented(app)  # type: ignore[method-assign]
    app.add_route("/openapi.json", show_document, include_in_schema=False)
    _handle_errors(app)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Return what is served, the same for every application of the process.

    What a route takes is found out once only: it is the dearest part of an application.
    """
    whole = APIRouter(redirect_slashes=False, strict_content_type=True)
    for router in (
        health.router,
        metrics.router,
        confirm_email.router,
        *ROUTERS,
        graphql_router(),
        browsing_router(),
    ):
        whole.include_router(router)
    return tuple(whole.routes)


def _middleware(services: Services, options: ApiOptions) -> list[Middleware]:
    """Return the stack, outermost first; addresses are true from the second on."""
    stack = [Middleware(AccessLog), Middleware(SecurityHeaders)]
    if options.root_path.strip("/"):
        stack.insert(0, Middleware(RootPath, root_path=options.root_path))
    stack.insert(0, Middleware(ClientAddress, trusted=options.trusted_proxies))
    if options.cors_origins:
        stack.append(
            Middleware(
                CORSMiddleware,
                allow_origins=options.cors_origins,
                allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
                allow_headers=["Authorization", "Content-Type", "X-API-Key"],
                expose_headers=["Retry-After", "X-Request-Id"],
            )
        )
    limit = Middleware(
        RateLimit,
        per_second=options.rate_limit,
        tokens=services.accounts.tokens,
        clock=services.clock,
    )
    return [*stack, limit, Middleware(RequestLimits)]


def _handle_errors(app: FastAPI) -> None:
    async def ours(_request: Request, error: Exception) -> Response:
        assert isinstance(error, OdoosyncError)  # noqa: S101 - narrows the type
        return problem_of(error)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows the type
        form = getattr(request.scope.get("route"), "form", None)
        return problem_of(bad_form(error.errors(), form))

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - narrows the type
        return problem_of_status(error.status_code, error.headers)

    async def database_away(_request: Request, error: Exception) -> Response:
        _log.error("the database does not answer", exc_info=error)
        return database_problem()

    app.add_exception_handler(OdoosyncError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    for away in DATABASE_AWAY:
        app.add_exception_handler(away, database_away)
