"""The sandbox over HTTP: Odoo's routes, its headers, and one route of our own to break it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from email.utils import format_datetime
from math import inf
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from odoo_sandbox.answers import (
    HTML_TYPE,
    Answer,
    html_answer,
    json_answer,
    rpc_error,
    rpc_result,
)
from odoo_sandbox.broken import instead, respond, spoiled
from odoo_sandbox.faults import Fault, Faults, UnknownFault, fault_from_json
from odoo_sandbox.json2 import answer_json2, refusal
from odoo_sandbox.jsonrpc import answer_rpc, target_of, version
from odoo_sandbox.published import published
from odoo_sandbox.refusals import OdooRaised, SerializationFailure, http_refusal
from odoo_sandbox.world import World

_SPOILING = ("drip", "cut", "cut_chunks", "cut_gzip", "shortened", "unsized")
_BAD_REQUEST = "<!doctype html>\n<title>400 Bad Request</title>\n"


def sandbox_app(
    world: World,
    faults: Faults | None = None,
    *,
    keep_alive: bool = True,
    bytes_per_second: float = inf,
    path: str = "",
    languages: Collection[str] = (),
) -> ASGIApp:
    """Make the application; without `keep_alive` it closes connections, as threaded Odoo does.

    No answer comes sooner than `bytes_per_second` allow, as if Odoo took its time on another
    machine. `path` and `languages`: see `published`.
    """
    routes = _Routes(world, faults or Faults(), bytes_per_second)
    app = Starlette(
        routes=[
            Route("/jsonrpc", routes.jsonrpc, methods=["POST"]),
            Route("/web/webclient/version_info", routes.version_info, methods=["POST"]),
            Route("/web/version", routes.web_version),
            Route("/web/database/list", routes.database_list, methods=["POST"]),
            Route("/json/2/{model}/{method}", routes.json2, methods=["POST"]),
            Route("/sandbox/faults", routes.set_faults, methods=["POST", "DELETE"]),
            Route("/web", routes.backend, methods=["GET", "POST"]),
            Route("/odoo", routes.backend, methods=["GET", "POST"]),
            Route("/odoo/{page:path}", routes.backend, methods=["GET", "POST"]),
            Route("/{path:path}", routes.nowhere, methods=["GET", "POST"]),
        ]
    )
    return published(_like_werkzeug(app, world, keep_alive=keep_alive), path, languages)


class _Routes:
    def __init__(self, world: World, faults: Faults, bytes_per_second: float) -> None:
        self._world = world
        self._faults = faults
        self._bytes_per_second = bytes_per_second

    async def jsonrpc(self, request: Request) -> Response:
        payload = _parsed(await request.body())
        if not isinstance(payload, dict):
            return respond(html_answer(400, _BAD_REQUEST))
        model, method = target_of(payload)
        release = self._world.release
        return await self._answer(
            request,
            model,
            method,
            lambda: answer_rpc(self._world, payload),
            lambda error: rpc_error(payload.get("id"), error, release),
        )

    async def json2(self, request: Request) -> Response:
        if not self._world.release.has_json2:
            return await self.nowhere(request)
        model, method = request.path_params["model"], request.path_params["method"]
        raw = await request.body()
        body = _parsed(raw) if raw else {}
        if body is None:
            bad = http_refusal("BadRequest", 400, "could not parse the body as json")
            return respond(refusal(self._world, bad))
        return await self._answer(
            request,
            model,
            method,
            lambda: answer_json2(
                self._world, model, method, headers=dict(request.headers), body=body
            ),
            lambda error: refusal(self._world, error),
        )

    async def web_version(self, request: Request) -> Response:
        release = self._world.release
        if not release.has_json2:
            return await self.nowhere(request)
        told = {"version_info": release.version_info, "version": release.serie}
        return await self._plain(request, "version", json_answer(told))

    async def version_info(self, request: Request) -> Response:
        payload = _parsed(await request.body()) or {}
        told = rpc_result(payload.get("id"), version(self._world))
        return await self._plain(request, "version_info", told)

    async def database_list(self, request: Request) -> Response:
        payload = _parsed(await request.body()) or {}
        told = rpc_result(payload.get("id"), [self._world.database])
        return await self._plain(request, "database_list", told)

    async def backend(self, request: Request) -> Response:
        """Send who is not logged in to the login page; below `/odoo` from 18 on."""
        if request.url.path != "/web" and not self._world.release.since(18):
            return await self.nowhere(request)
        if request.method == "POST":
            return respond(html_answer(400, _BAD_REQUEST))
        login = Answer(303, HTML_TYPE, b"", {"location": "/web/login?redirect=%2Fodoo"})
        return await self._plain(request, "backend", login)

    async def nowhere(self, request: Request) -> Response:
        page = html_answer(404, self._world.release.page_not_found)
        return await self._plain(request, "nowhere", page)

    async def set_faults(self, request: Request) -> Response:
        """POST a fault or a list of them; DELETE clears all.

        `unreadable` names a row, `failing` a field, `dangling` a field of some rows. `proxy_clock`
        and `database_clock` are ahead by `seconds`, or behind where these are below zero. A
        `proxy_clock` without `seconds` sends no `Date`.
        """
        if request.method == "DELETE":
            self._faults.clear()
            self._world.mend()
            return JSONResponse({"faults": 0})
        given = _parsed(await request.body())
        wanted = given if isinstance(given, list) else [given]
        try:
            for one in wanted:
                self._set(one)
        except (UnknownFault, KeyError, TypeError) as error:
            return JSONResponse({"detail": str(error)}, 422)
        return JSONResponse({"faults": len(wanted)})

    def _set(self, given: dict[str, Any]) -> None:
        if given.get("kind") == "unreadable":
            self._world.make_unreadable(given["model"], given["row_id"], given.get("field", ""))
        elif given.get("kind") == "failing":
            how = given.get("how", "singleton")
            self._world.make_failing(given["model"], given["field"], how)
        elif given.get("kind") == "dangling":
            self._world.make_dangling(given["model"], given["field"], given["row_ids"])
        elif given.get("kind") == "proxy_clock":
            seconds = given.get("seconds")
            self._world.proxy_ahead = None if seconds is None else timedelta(seconds=seconds)
        elif given.get("kind") == "database_clock":
            self._world.database_ahead = timedelta(seconds=given["seconds"])
        else:
            self._faults.add(fault_from_json(given))

    async def _plain(self, request: Request, name: str, answer: Answer) -> Response:
        return await self._answer(request, "web", name, lambda: answer, lambda _error: answer)

    async def _answer(
        self,
        request: Request,
        model: str,
        method: str,
        work: Callable[[], Answer],
        refuse: Callable[[OdooRaised], Answer],
    ) -> Response:
        struck = self._faults.take(model, method)
        await asyncio.sleep(sum(one.seconds for one in struck if one.kind == "latency"))
        fault = next((one for one in struck if one.kind != "latency"), None)
        if fault is None:
            return respond(await self._paced(work))
        if fault.kind in ("serialization_failure", "odoo_error"):
            return respond(refuse(_raised(fault)))
        if fault.kind == "long_transaction":
            with self._world.long_transactions(fault.seconds):
                return respond(work())
        if fault.kind in _SPOILING:
            return spoiled(fault, work())
        return instead(fault, request, self._faults) or respond(work())

    async def _paced(self, work: Callable[[], Answer]) -> Answer:
        started = time.monotonic()
        answer = work()
        takes = len(answer.body) / self._bytes_per_second
        await asyncio.sleep(max(0.0, started + takes - time.monotonic()))
        return answer


def _raised(fault: Fault) -> OdooRaised:
    if fault.kind == "serialization_failure":
        return SerializationFailure()
    message = fault.message
    if fault.size:
        message = (message * (fault.size // len(message) + 1))[: fault.size]
    return OdooRaised(fault.name, message, status=fault.status)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _like_werkzeug(app: ASGIApp, world: World, *, keep_alive: bool) -> ASGIApp:
    """Put Werkzeug's name and a `Date` on every answer."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(b"server", world.release.server_header.encode())]
                if (told := world.date_header()) is not None:
                    date = format_datetime(told.replace(microsecond=0), usegmt=True)
                    extra.append((b"date", date.encode()))
                if not keep_alive:
                    extra.append((b"connection", b"close"))
                message["headers"] = [*extra, *message.get("headers", ())]
            await send(message)

        await app(scope, receive, send_dressed)

    return wrapped
