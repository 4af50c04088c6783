"""A reverse proxy before an Odoo that counts calls and shows faults on demand.

A real Odoo cannot be told to have a wrong clock, a maintenance page or a rate limit. This proxy can
show all of them, to the service alone: tests speak with Odoo past the proxy.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import orjson

_DROPPED = {"connection", "content-encoding", "content-length", "date", "transfer-encoding"}


@dataclass(frozen=True)
class Call:
    """What the service asked: `method` is the model's method, or that of a service."""

    path: str
    model: str
    method: str


@dataclass(frozen=True)
class Answer:
    """What is sent instead of Odoo's answer. `cut` sends half of Odoo's own and hangs up."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False


MAINTENANCE = Answer(200, b"<html><body>Down for maintenance.</body></html>")
CUT = Answer(cut=True)


def rate_limited(retry_after: int) -> Answer:
    return Answer(429, b"Too many requests", {"Retry-After": str(retry_after)})


class FaultyProxy:
    """The proxy of one Odoo; `clock_offset` shifts the `Date` of all its answers."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.clock_offset: timedelta | None = None
        self.calls: list[Call] = []
        self._faults: deque[tuple[Callable[[Call], bool], Answer]] = deque()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def unshown(self) -> int:
        """The number of faults that no call has met so far."""
        return len(self._faults)

    def show(
        self, answer: Answer, *, times: int = 1, when: Callable[[Call], bool] = lambda _: True
    ) -> None:
        """Answer the next `times` calls that `when` holds for with this answer."""
        self._faults.extend([(when, answer)] * times)

    def answer_for(self, call: Call) -> Answer | None:
        """Write the call down, and take the first fault that is meant for it."""
        with self._lock:
            self.calls.append(call)
            for index, (when, answer) in enumerate(self._faults):
                if when(call):
                    del self._faults[index]
                    return answer
            return None

    @contextmanager
    def running(self) -> Iterator[FaultyProxy]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._forward()

            def do_POST(self) -> None:
                self._forward()

            def log_message(self, *_: Any) -> None:
                pass

            def date_time_string(self, timestamp: float | None = None) -> str:
                del timestamp
                now = datetime.now(UTC) + (proxy.clock_offset or timedelta())
                return format_datetime(now, usegmt=True)

            def _forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                fault = proxy.answer_for(_call_of(self.path, body))
                if fault is not None and not fault.cut:
                    self._send(fault.status, fault.headers, fault.body)
                    return
                answer = httpx.request(
                    self.command,
                    proxy.upstream + self.path,
                    content=body,
                    headers={k: v for k, v in self.headers.items() if k.lower() != "host"},
                    timeout=300,
                )
                headers = {k: v for k, v in answer.headers.items() if k.lower() not in _DROPPED}
                self._send(answer.status_code, headers, answer.content, cut=fault is not None)

            def _send(
                self, status: int, headers: dict[str, str], body: bytes, *, cut: bool = False
            ) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if cut else body)
                self.close_connection = self.close_connection or cut

        return Handler


def _call_of(path: str, body: bytes) -> Call:
    parts = path.strip("/").split("/")
    if parts[:2] == ["json", "2"]:
        return Call(path, parts[2], parts[3])
    if not path.endswith("/jsonrpc"):
        return Call(path, "", "")
    params = orjson.loads(body)["params"]
    if params["service"] != "object":
        return Call(path, str(params["service"]), str(params["method"]))
    return Call(path, params["args"][3], params["args"][4])
