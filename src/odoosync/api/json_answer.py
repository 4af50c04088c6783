"""JSON answers, made and sent in pieces: a large one lets other requests run meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from odoosync.event_loop import SHARED, LoopShare

_PIECE: Final = 64 * 1024


class JsonAnswer(Response):
    """An answer whose body is in pieces already."""

    media_type = "application/json"

    def __init__(self, pieces: Sequence[bytes], status_code: int = 200) -> None:
        size = sum(map(len, pieces))
        super().__init__(status_code=status_code, headers={"content-length": str(size)})
        self._pieces = pieces

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        for piece in self._pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await SHARED.let_others_run()
        await send({"type": "http.response.body", "body": b""})


async def json_answer(document: Any, *, status_code: int = 200, levels: int = 2) -> JsonAnswer:
    """Render a document. What lies deeper than `levels` is rendered whole, such as a record."""
    return JsonAnswer(await encode(document, levels=levels), status_code)


async def encode(document: Any, *, levels: int, share: LoopShare = SHARED) -> list[bytes]:
    """Return the pieces of a JSON text; iterators count as lists."""
    pieces: list[bytes] = []
    waiting: list[bytes] = []
    size = 0
    for part in _parts(document, levels):
        waiting.append(part)
        size += len(part)
        if size > _PIECE:
            pieces.append(b"".join(waiting))
            waiting, size = [], 0
        await share.let_others_run()
    return [*pieces, b"".join(waiting)]


def _parts(value: Any, levels: int) -> Iterator[bytes]:
    if levels and isinstance(value, dict) and value:
        mark = b"{"
        for name, inner in value.items():
            yield mark + orjson.dumps(name) + b":"
            yield from _parts(inner, levels - 1)
            mark = b","
        yield b"}"
    elif isinstance(value, Iterator) or (levels and isinstance(value, list)):
        mark = b"["
        for inner in value:
            yield mark
            yield from _parts(inner, levels - 1)
            mark = b","
        yield b"]" if mark == b"," else b"[]"
    else:
        yield orjson.dumps(value)
