"""A sandbox Odoo in a process of its own that writes down each call of a worker, and its answer.

Run as a program: `python watched_odoo.py PORT LOG CONTACTS SEED`. A killed worker cannot tell what
it was given; this side can. Calls of tests, which are not made by the service, are left out.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TextIO

import httpx
import orjson
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from odoo_sandbox import seed_world
from odoo_sandbox.http import sandbox_app
from odoosync.clock import utc_now
from ports import free_port
from raw_odoo import RawOdoo
from waiting import PATIENCE_S, wait_until

_PARTNER, _WINDOW_FIELDS = "res.partner", 8


@dataclass
class Call:
    """One call; `asked` and `answered` are moments of the machine's monotonic clock.

    `answered` is when the last byte of the answer was handed to the socket, if ever. `gone` is one
    whose caller went away while it was held.
    """

    number: int
    asked: float
    model: str
    method: str
    fields: int = 0
    limit: int | None = None
    after: int | None = None
    by_ids: bool = False
    answered: float | None = None
    rows: int = 0
    last: int | None = None
    gone: bool = False

    @property
    def is_window_page(self) -> bool:
        """Tell a page of a pull from rows that are read by id, and from fields read again."""
        whole = self.fields > _WINDOW_FIELDS and self.limit is not None
        return self.method == "search_read" and whole and not self.by_ids


@dataclass
class WatchedOdoo:
    """The process, and what it has written down so far."""

    folder: Path
    contacts: int
    seed: int = 1
    port: int = field(default_factory=free_port)
    calls: list[Call] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None
    _log: TextIO | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def raw(self) -> RawOdoo:
        return RawOdoo(self.url, "odoo_db", "admin", "admin")

    def __enter__(self) -> Self:
        log = self.folder / "calls"
        log.touch()
        self._log = log.open()
        given = (str(self.port), str(log), str(self.contacts), str(self.seed))
        self._process = subprocess.Popen([sys.executable, __file__, *given])
        wait_until(self._answers)
        return self

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None
        try:
            return httpx.get(f"{self.url}/web/version", timeout=PATIENCE_S).is_success
        except httpx.TransportError:
            return False

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._log is not None
        self._process.kill()
        self._process.wait()
        self._log.close()
        self.raw.http.close()

    def slow(
        self, seconds: float, method: str = "search_read", *, times: int | None = None
    ) -> None:
        fault = {"kind": "latency", "seconds": seconds, "method": method, "times": times}
        self._tell("sandbox/faults", fault)

    def hold(self) -> None:
        """Keep every call that comes until it is let pass."""
        self._tell("watch/hold")

    def let_pass(self, call: Call) -> None:
        self._tell(f"watch/pass/{call.number}")

    def let_all_pass(self) -> None:
        """Hold nothing any more."""
        self._tell("watch/open")

    def _tell(self, path: str, body: Any = None) -> None:
        answer = httpx.post(f"{self.url}/{path}", json=body, timeout=PATIENCE_S)
        assert answer.status_code == 200, answer.text

    def look(self) -> list[Call]:
        """Read what was written down meanwhile; returns all calls."""
        assert self._log is not None
        while line := self._log.readline():
            told = orjson.loads(line)
            if told["number"] < len(self.calls):
                vars(self.calls[told["number"]]).update(told)
            else:
                self.calls.append(Call(**told))
        return self.calls

    def wait_for(self, wanted: Callable[[Call], bool], *, since: float) -> Call:
        """Wait until a call is asked that was not asked before."""

        def find() -> Call | None:
            return next((one for one in self.look() if one.asked > since and wanted(one)), None)

        return wait_until(find)

    def hold_at(self, wanted: Callable[[Call], bool], *, since: float) -> Call:
        """Let held calls pass until such a one comes, which stays held; returns it."""
        while True:
            call = self.wait_for(lambda one: not one.gone, since=since)
            if wanted(call):
                return call
            self.let_pass(call)
            since = call.asked


class _Watch:
    """Wraps the sandbox: a line when a call arrives, another one when its answer is out."""

    def __init__(self, app: ASGIApp, log: TextIO) -> None:
        self._app = app
        self._log = log
        self._count = 0
        self._gate = _Gate()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/watch/"):
            self._gate.obey(*scope["path"].split("/")[2:])
            await Response()(scope, receive, send)
            return
        if scope["type"] != "http" or dict(scope["headers"]).get(b"user-agent") != b"Odoosync":
            await self._app(scope, receive, send)
            return
        body, answer = await _whole(receive), bytearray()
        number, self._count = self._count, self._count + 1
        self._tell({"number": number, "asked": time.monotonic()} | _asked(scope["path"], body))
        if not await self._gate.passed(number, receive):
            self._tell({"number": number, "gone": True})
            return

        async def send_on(message: Message) -> None:
            answer.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, _Once(body, receive), send_on)
        self._tell({"number": number, "answered": time.monotonic()} | _answered(bytes(answer)))

    def _tell(self, line: dict[str, Any]) -> None:
        self._log.write(orjson.dumps(line).decode() + "\n")
        self._log.flush()


class _Gate:
    """Where calls wait until a test lets them pass; it stands open at first."""

    def __init__(self) -> None:
        self._is_open = True
        self._passes: dict[int, asyncio.Event] = {}

    def obey(self, order: str, number: str = "") -> None:
        if order == "pass":
            self._passes[int(number)].set()
            return
        self._is_open = order == "open"
        for one in self._passes.values() if self._is_open else ():
            one.set()

    async def passed(self, number: int, receive: Receive) -> bool:
        """Wait for one's pass; False for a caller who left meanwhile."""
        self._passes[number] = asyncio.Event()
        if self._is_open:
            return True
        passes = asyncio.create_task(self._passes[number].wait())
        leaves = asyncio.ensure_future(receive())
        await asyncio.wait({passes, leaves}, return_when=asyncio.FIRST_COMPLETED)
        left = leaves.done()
        passes.cancel()
        leaves.cancel()
        return not left


class _Once:
    """Hands on a request that was read already, then what comes after it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _whole(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body.extend(message.get("body", b""))
        if not message.get("more_body"):
            return bytes(body)


def _asked(path: str, body: bytes) -> dict[str, Any]:
    payload = orjson.loads(body) if body else {}
    if path.startswith("/json/2/"):
        model, method = path.split("/")[-2:]
        return _described(model, method, payload)
    params = payload.get("params") or {}
    arguments = params.get("args") or []
    if params.get("service") != "object":
        return {"model": str(params.get("service")), "method": str(params.get("method"))}
    return _described(arguments[3], arguments[4], arguments[6] if len(arguments) > 6 else {})


def _described(model: str, method: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    leaves = [leaf for leaf in kwargs.get("domain") or [] if isinstance(leaf, list)]
    return {
        "model": model,
        "method": method,
        "fields": len(kwargs.get("fields") or []),
        "limit": kwargs.get("limit"),
        "after": next((leaf[2] for leaf in leaves if leaf[:2] == ["id", ">"]), None),
        "by_ids": any(leaf[:2] == ["id", "in"] for leaf in leaves),
    }


def _answered(body: bytes) -> dict[str, Any]:
    try:
        rows = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    rows = rows.get("result") if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not rows:
        return {}
    last = rows[-1]
    return {"rows": len(rows), "last": last.get("id") if isinstance(last, dict) else last}


def main() -> None:
    port, log, contacts, seed = sys.argv[1:]
    world = seed_world(19, contacts=int(contacts), products=10, seed=int(seed), clock=utc_now)
    with Path(log).open("a") as told:
        app = _Watch(sandbox_app(world), told)
        uvicorn.run(app, port=int(port), log_level="critical", lifespan="off", date_header=False)


if __name__ == "__main__":
    main()
