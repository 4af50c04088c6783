"""The pages, and the way to what they load."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from string import Template
from typing import Annotated, Final

from fastapi import APIRouter, Header, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from odoosync.api.browsing import assets
from odoosync.api.routing import new_router

_ASSETS: Final = "/docs/assets"
_ICON: Final = "data:,"
_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
_GRAPHIQL: Final = "graphiql.html"


def browsing_router() -> APIRouter:
    router = new_router(ignores_unknown=True)
    router.add_api_route("/docs", _docs, include_in_schema=False)
    router.add_api_route(_ASSETS + "/{name}", _asset, include_in_schema=False)
    router.add_api_route("/graphql", _graphiql, include_in_schema=False)
    return router


async def _docs(request: Request) -> HTMLResponse:
    root = _root(request)
    page = get_swagger_ui_html(
        openapi_url=f"{root}/openapi.json",
        title="Odoosync API",
        swagger_js_url=f"{root}{_ASSETS}/{assets.SWAGGER}",
        swagger_css_url=f"{root}{_ASSETS}/{assets.SWAGGER_STYLE}",
        swagger_favicon_url=_ICON,
        swagger_ui_parameters={"validatorUrl": None},
    )
    page.headers["Content-Security-Policy"] = _POLICY
    return page


async def _graphiql(request: Request) -> HTMLResponse:
    template = Template(files(__package__ or "").joinpath(_GRAPHIQL).read_text(encoding="utf-8"))
    root = escape(_root(request))
    page = template.substitute(
        root=root,
        assets=f"{root}{_ASSETS}",
        icon=_ICON,
        style=assets.GRAPHIQL_STYLE,
        react=assets.REACT,
        react_dom=assets.REACT_DOM,
        graphiql=assets.GRAPHIQL,
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})


async def _asset(name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    if name not in assets.NAMES:
        raise HTTPException(404)
    return assets.asset(name, accept_encoding)


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", "")).rstrip("/")
