"""A receiver of webhooks on loopback that answers as it is told, and keeps what came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook


@dataclass(frozen=True)
class Message:
    headers: dict[str, str]
    body: bytes
    answered: int

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = orjson.loads(self.body)
        return content


@dataclass
class Receiver:
    """`status` is what it answers; while `hangs` it says nothing."""

    url: str = ""
    status: int = 200
    text: str = "thanks"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    came: list[Message] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def kinds(self) -> list[str]:
        return [message.content["type"] for message in self.came]

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.came.append(Message(headers, await request.read(), self.status))
        self.arrived.set()
        if self.hangs:
            await asyncio.Event().wait()
        return web.Response(status=self.status, text=self.text, headers=self.headers)


@asynccontextmanager
async def receiving(**options: Any) -> AsyncIterator[Receiver]:
    receiver = Receiver(**options)
    app = web.Application()
    app.router.add_post("/{tail:.*}", receiver.take)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(shutdown_timeout=0, access_log=None)
    receiver.url = str(server.make_url("/hook"))
    try:
        yield receiver
    finally:
        await server.close()


def sent_at(message: Message) -> datetime:
    return datetime.fromtimestamp(int(message.headers["webhook-timestamp"]), UTC)


def is_signed(message: Message, secret: str, now: datetime) -> bool:
    """Verify as the library of Standard Webhooks does, at a time of ours. Raises its error."""

    class Held(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now.astimezone(tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("standardwebhooks.webhooks.datetime", Held)
        return bool(Webhook(secret).verify(message.body, message.headers) == message.content)
