"""A sandbox Odoo in a process of its own that writes down each call of a worker, and its answer.

Run as a program: `python watched_odoo.py PORT LOG CONTACTS SEED`. A killed worker cannot tell what
it was given; this side can. Calls of tests, which are not made by the service, are left out.
"""

from __future__ import annotations

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
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from odoosync.clock import utc_now
from odoosync.sandbox import seed_world
from odoosync.sandbox.http import sandbox_app
from raw_odoo import RawOdoo
from service import free_port

_PARTNER, _WINDOW_FIELDS = "res.partner", 8


@dataclass
class Call:
    """One call; `asked` and `answered` are moments of the machine's monotonic clock.

    `answered` is when the last byte of the answer was handed to the socket, if ever.
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
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{self.url}/web/version")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError("the sandbox did not start")

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
        assert httpx.post(f"{self.url}/sandbox/faults", json=fault).status_code == 200

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

    def wait_for(
        self, wanted: Callable[[Call], bool], *, since: float, seconds: float = 60
    ) -> Call:
        """Wait until a call is asked that was not asked before."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for call in self.look():
                if call.asked > since and wanted(call):
                    return call
            time.sleep(0.01)
        raise AssertionError("no such call was made")


class _Watch:
    """Wraps the sandbox: a line when a call arrives, another one when its answer is out."""

    def __init__(self, app: ASGIApp, log: TextIO) -> None:
        self._app = app
        self._log = log
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or dict(scope["headers"]).get(b"user-agent") != b"Odoosync":
            await self._app(scope, receive, send)
            return
        body, answer = await _whole(receive), bytearray()
        number, self._count = self._count, self._count + 1
        self._tell({"number": number, "asked": time.monotonic()} | _asked(scope["path"], body))

        async def send_on(message: Message) -> None:
            answer.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, _Once(body, receive), send_on)
        self._tell({"number": number, "answered": time.monotonic()} | _answered(bytes(answer)))

    def _tell(self, line: dict[str, Any]) -> None:
        self._log.write(orjson.dumps(line).decode() + "\n")
        self._log.flush()


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
