"""A sandbox Odoo behind the client's seam, without sockets, on a clock that tests move.

`before` and `after` are called around each call, so that writers act in the middle of a sync and
kills strike at a chosen call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from odoo_sandbox import World, answers
from odoo_sandbox.json2 import answer_json2
from odoo_sandbox.jsonrpc import answer_rpc, target_of
from odoosync.odoo.messages import Answer, Request

START = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
Hook = Callable[[str, str], None]


@dataclass
class HandClock:
    """Time that stands still until it is moved."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def _nothing(_model: str, _method: str) -> None:
    return


@dataclass
class DirectOdoo:
    """Answers as the sandbox's HTTP does."""

    world: World
    before: Hook = _nothing
    after: Hook = _nothing
    asked: list[tuple[str, str]] = field(default_factory=list)
    payloads: list[dict[str, Any]] = field(default_factory=list)

    async def handle(self, request: Request) -> Answer:
        path = request.url.partition("://")[2].partition("/")[2]
        payload = orjson.loads(request.body) if request.body else {}
        named = tuple(path.split("/")[-2:]) if path.startswith("json/2/") else target_of(payload)
        model, called = named
        self.asked.append((model, called))
        self.payloads.append(payload)
        self.before(model, called)
        answer = self._answer(path, request.headers, payload, model, called)
        date = self.world.date_header()
        told = {"content-type": answer.content_type}
        self.after(model, called)
        return Answer(answer.status, told, answer.body, date and date.replace(microsecond=0))

    def _answer(
        self, path: str, headers: Mapping[str, str], payload: object, model: str, method: str
    ) -> answers.Answer:
        if path.startswith("json/2/"):
            low = {name.lower(): value for name, value in headers.items()}
            return answer_json2(self.world, model, method, headers=low, body=payload)
        if path == "jsonrpc" and isinstance(payload, dict):
            return answer_rpc(self.world, payload)
        release = self.world.release
        if path == "web/version" and release.has_json2:
            told = {"version_info": release.version_info, "version": release.serie}
            return answers.json_answer(told)
        return answers.html_answer(404, release.page_not_found)
