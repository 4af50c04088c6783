"""Requests that no router should have to think about: too large, or with a NUL in the address."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from odoosync.api.errors import UnusableText
from odoosync.api.problems import problem_of, problem_of_status

LARGEST_BODY: Final = 128 * 1024
LARGEST_SIGN_IN: Final = 16 * 1024
_SIGN_IN: Final = "/api/v1/auth/"


class RequestLimits:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            refusal = UnusableText("The address holds a NUL character. Leave it out.")
            await problem_of(refusal)(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        largest = LARGEST_SIGN_IN if path.startswith(_SIGN_IN) else LARGEST_BODY
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and (len(announced) > 18 or int(announced) > largest):  # noqa: PLR2004 - digits of a 64-bit number
            await problem_of_status(413)(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > largest:
                    raise HTTPException(413)
            return message

        await self.app(scope, receive_counted, send)
