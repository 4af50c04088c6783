"""How the world around an Odoo shows it: below a path, and with a language before each page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from odoo_sandbox.answers import HTML_TYPE

_ELSEWHERE: Final = "<html><title>404 Not Found</title><h1>Nothing here is Odoo</h1></html>\n"


def published(app: ASGIApp, path: str, languages: Collection[str]) -> ASGIApp:
    """Serve an application below `path`, as a proxy does; empty is the root.

    `languages` are those of its website: it answers behind their codes, too, as with the module
    `http_routing`: `/fr/jsonrpc` is `/jsonrpc`.
    """

    async def shown(scope: Scope, receive: Receive, send: Send) -> None:
        asked: str = scope.get("path", "")
        if not f"{asked}/".startswith(f"{path}/"):
            await Response(_ELSEWHERE, 404, {"content-type": HTML_TYPE})(scope, receive, send)
            return
        inside = asked.removeprefix(path)
        first, _, rest = inside[1:].partition("/")
        if first in languages:
            inside = f"/{rest}"
        await app({**scope, "path": inside or "/"}, receive, send)

    return shown if path or languages else app
