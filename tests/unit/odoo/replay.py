"""What real Odoo servers answered, played back through a transport that opens no socket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from odoosync.odoo.client import OdooClient
from odoosync.odoo.facts import ProtocolName, ServerFacts
from odoosync.odoo.login import Login
from odoosync.odoo.messages import Answer, Request
from odoosync.odoo.url import parse_odoo_url
from odoosync.odoo.wire import Wire

FOLDER = Path(__file__).parents[2] / "data" / "odoo-recordings"
VERSIONS = ("16.0", "18.0", "19.0")
NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
KEY = "0123456789abcdef0123456789abcdef01234567"
TRACEBACK = 'Traceback (most recent call last):\n  File "/opt/odoo/http.py", line 7, in dispatch'
# Names of the parameters that the recordings gave by position.
_PARAMETERS = {
    "search_read": ("domain",),
    "search": ("domain",),
    "search_count": ("domain",),
    "fields_get": ("allfields",),
    "create": ("vals_list",),
    "write": ("vals",),
}
_ON_RECORDS = frozenset({"read", "write", "unlink", "no_such_method"})


@dataclass(frozen=True)
class Call:
    model: str
    method: str
    ids: list[int] | None
    kwargs: dict[str, Any]


@dataclass(frozen=True)
class Recording:
    request: Mapping[str, Any]
    response: Mapping[str, Any]

    @property
    def result(self) -> Any:
        body = self.response["body"]
        return body.get("result") if isinstance(body, dict) and "jsonrpc" in body else body

    @property
    def answer(self) -> Answer:
        body = self.response["body"]
        if isinstance(body, dict) and "__text__" in body:
            return _answer(self.response, body["__text__"].encode())
        text = orjson.dumps(body).replace(b'"<traceback left out>"', orjson.dumps(TRACEBACK))
        return _answer(self.response, text)

    @property
    def call(self) -> Call:
        """The call that was recorded, by named arguments."""
        if self.request["path"] != "/jsonrpc":
            _, model, method = self.request["path"].rsplit("/", 2)
            kwargs = dict(self.request["body"])
            return Call(model, method, kwargs.pop("ids", None), kwargs)
        _, _, _, model, method, positional, kwargs = self.request["body"]["params"]["args"]
        given = list(positional)
        ids = given.pop(0) if method in _ON_RECORDS else None
        named = dict(zip(_PARAMETERS.get(method, ()), given, strict=False))
        return Call(model, method, ids, {**named, **kwargs})


@dataclass
class Replay:
    """A transport that gives these answers in order and keeps what was sent."""

    answers: list[Answer | Exception]
    sent: list[dict[str, Any]] = field(default_factory=list)

    async def handle(self, request: Request) -> Answer:
        payload = orjson.loads(request.body) if request.body else None
        self.sent.append(
            {
                "method": request.method,
                "url": request.url,
                "headers": dict(request.headers),
                "body": payload,
                "timeout": request.timeout,
                "repeatable": request.repeatable,
                "bound": request.bound,
            }
        )
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@cache
def recording(version: str, name: str) -> Recording:
    data = orjson.loads((FOLDER / version / f"{name}.json").read_bytes())
    return Recording(data["request"], data["response"])


def names(version: str) -> list[str]:
    return sorted(path.stem for path in (FOLDER / version).glob("*.json"))


def replay(version: str, *recorded: str) -> Replay:
    return Replay([recording(version, name).answer for name in recorded])


def login(secret: str = "correct horse", *, database: str = "odoo_db") -> Login:
    return Login(parse_odoo_url("https://odoo.example"), database, "admin", secret)


def facts(version: str, protocol: ProtocolName = "jsonrpc", lang: str | None = None) -> ServerFacts:
    return ServerFacts(version, int(version[:2]), protocol, 2, lang, None, NOW)


def client(
    version: str, *recorded: str, protocol: ProtocolName = "jsonrpc", secret: str = KEY
) -> tuple[OdooClient, Replay]:
    transport = replay(version, *recorded)
    wire = Wire(transport, login(secret))
    return OdooClient(wire, facts(version, protocol), now=NOW), transport


def html(status: int, text: str = "<html>no</html>") -> Answer:
    return Answer(status, {"content-type": "text/html"}, text.encode(), NOW)


def json(value: object, status: int = 200) -> Answer:
    return Answer(status, {"content-type": "application/json"}, orjson.dumps(value), NOW)


def _answer(response: Mapping[str, Any], body: bytes) -> Answer:
    headers = dict(response["headers"])
    return Answer(response["status"], headers, body, parsedate_to_datetime(headers["date"]))
