"""JSON over the transport: what both protocols share before Odoo itself is understood.

Counts the calls, keeps the server's clock, and turns statuses that come from a proxy or an
overloaded server into errors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from math import ceil
from typing import Any, Protocol

import orjson

from odoosync.odoo.body import is_web_page
from odoosync.odoo.bounds import SMALL, Bound
from odoosync.odoo.errors import (
    BrokenAnswer,
    NotOdoo,
    OdooError,
    RequestRejected,
    ServerBusy,
    ServerFault,
)
from odoosync.odoo.login import Login
from odoosync.odoo.messages import TOO_MANY_REQUESTS, Answer, Handler, Request
from odoosync.odoo.refusals import quoted
from odoosync.odoo.sealed import read_json

# 52x are Cloudflare's words for an origin that is down or slow.
_BUSY = frozenset({408, 502, 503, 504, 520, 521, 522, 523, 524})
_TITLE_WITHIN = 16 * 1024
_AT_ONCE = 64 * 1024
"""Bytes that are read in less time than another thread takes to begin."""
_OK = 200
_SERVER_ERRORS = 500
Tell = Callable[[bytes], None]
_on_arrival: ContextVar[Tell | None] = ContextVar("on_arrival", default=None)


@contextmanager
def told_on_arrival(tell: Tell) -> Iterator[None]:
    """Hand each good answer's bytes to `tell` as soon as they are here, before they are read."""
    token = _on_arrival.set(tell)
    try:
        yield
    finally:
        _on_arrival.reset(token)


class Calls(Protocol):
    """The seam between the client and the protocols.

    `ids` are the records of a record method and None for a model method; `kwargs` are named.
    What seems to be a list may be given back `sealed`: unread. `bound` is what the answer can be,
    unless the method says it: see `bounds`.
    """

    async def call(
        self,
        model: str,
        method: str,
        ids: list[int] | None,
        kwargs: dict[str, Any],
        context: dict[str, Any] | None,
        *,
        sealed: bool = False,
        bound: Bound | None = None,
    ) -> Any: ...


@dataclass(slots=True)
class Meter:
    """`server_now` is the last `Date` header, None before the first: clocks may be set back.

    `private` is the private address that the last call met; see `private_hosts`.
    """

    calls: int = 0
    bytes_received: int = 0
    server_now: datetime | None = None
    private: str = ""
    private_odoos: set[str] = field(default_factory=set)

    def trust(self) -> None:
        """Remember that an Odoo answered the last call."""
        if self.private:
            self.private_odoos.add(self.private)

    def note(self, answer: Answer) -> None:
        self.private = answer.private
        self.bytes_received += len(answer.body)
        if answer.date:
            self.server_now = answer.date


@dataclass(frozen=True, slots=True)
class Wire:
    """One login's line to its server."""

    transport: Handler
    login: Login
    meter: Meter = field(default_factory=Meter)

    async def get(self, path: str) -> Answer:
        return await self._handle(Request("GET", self.login.url.join(path), repeatable=True))

    async def post(
        self,
        path: str,
        payload: object,
        *,
        headers: dict[str, str] | None = None,
        repeatable: bool = False,
        bound: Bound = SMALL,
    ) -> Answer:
        try:
            body = orjson.dumps(payload)
        except TypeError:  # from orjson: half of a surrogate pair, a number beyond 64 bits
            body = b""
        if not body:
            raise RequestRejected("This call holds text or numbers that JSON cannot carry.")
        url, json = self.login.url.join(path), {"Content-Type": "application/json"}
        all_headers = json | (headers or {})
        return await self._handle(
            Request("POST", url, all_headers, body, repeatable=repeatable, bound=bound)
        )

    async def decoded(self, answer: Answer, bound: Bound = SMALL) -> Any:
        """Read the JSON of an answer, a large one in a thread. Raises BrokenAnswer, AnswerTooLarge.

        One that has more values than its call can answer is not read at all.
        """
        try:
            if len(answer.body) <= _AT_ONCE:
                return read_json(answer.body, bound)
            return await asyncio.to_thread(read_json, answer.body, bound)
        except BrokenAnswer:
            if not is_web_page(answer.body):
                raise
        named = quoted(_title(answer.body), self.login.secret)
        raise BrokenAnswer(
            f"A web page{f', “{named}”,' if named else ''} came in the place of Odoo's answer."
            " A proxy before it may ask for a login or tell of maintenance."
        )

    async def _handle(self, request: Request) -> Answer:
        self.meter.calls += 1
        try:
            answer = await self.transport.handle(request)
        except OdooError as error:
            self.meter.private = error.private
            raise
        self.meter.note(answer)
        if answer.status == TOO_MANY_REQUESTS:
            raise ServerBusy(_too_often(answer.retry_after), retry_after=answer.retry_after)
        if answer.status in _BUSY:
            raise ServerBusy(retry_after=answer.retry_after)
        tell = _on_arrival.get()
        if tell is not None and answer.status == _OK:
            tell(answer.body)
        return answer


def _title(page: bytes) -> str:
    """Return the title of a web page in one line; empty where it has none near its beginning."""
    start = page[:_TITLE_WITHIN]
    lower = start.lower()
    opens = lower.find(b">", max(0, lower.find(b"<title"))) + 1
    ends = lower.find(b"</title", opens)
    text = start[opens:ends] if b"<title" in lower and 0 < opens <= ends else b""
    return " ".join(unescape(text.decode(errors="replace")).split())


def _too_often(retry_after: float | None) -> str:
    when = "in a while" if retry_after is None else f"in {ceil(retry_after)} seconds"
    return f"The Odoo server limits the number of calls. Try again {when}."


def is_json(answer: Answer) -> bool:
    return "json" in answer.headers.get("content-type", "").lower()


def not_from_odoo(answer: Answer) -> NotOdoo | ServerFault | RequestRejected:
    """Name an error status whose body is not Odoo's: a proxy, a firewall, a crash."""
    if answer.status >= _SERVER_ERRORS:
        return ServerFault()
    if answer.status in {401, 403, 407}:
        return NotOdoo(
            "Something before this Odoo wants a login of its own or blocks this service."
            " Let the service's address through there."
        )
    if answer.status in {400, 413, 414, 431}:
        return RequestRejected()
    return NotOdoo()
