"""Answers that go wrong on the wire: late, in drips, cut off, endless, or of another world."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from odoo_sandbox.answers import HTML_TYPE, JSON_TYPE, Answer
from odoo_sandbox.faults import Fault, Faults

_CHUNK = 65_536
_BARE = ("/json/2/", "/web/version")
"""Paths whose answers are their result, without a reply around it."""
_GARBAGE = b'\x00\xff{"jsonrpc": "2.0", "result": [tru'
_PROXY_PAGE = (
    "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n"
    "<center><h1>{status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)
_MAINTENANCE_PAGE = (
    "<!DOCTYPE html>\n<html>\n<head><title>Down for\n maintenance</title></head>\n"
    "<body><h1>We are back soon</h1></body>\n</html>\n"
)


def respond(answer: Answer) -> Response:
    return Response(
        answer.body, answer.status, {**answer.headers, "content-type": answer.content_type}
    )


def instead(fault: Fault, request: Request, faults: Faults) -> Response | None:
    """Make what is sent in place of an answer; None for faults that need the answer first."""
    if fault.kind in ("hang", "stall"):
        return _Hang(faults, after_headers=fault.kind == "stall")
    if fault.kind == "redirect_loop":
        return Response(status_code=307, headers={"location": str(request.url)})
    if fault.kind == "forged":
        return _forged(
            fault, in_reply=not request.url.path.startswith(("/json/2/", "/web/version"))
        )
    make = _INSTEAD.get(fault.kind)
    return make(fault) if make else None


def _proxy_page(fault: Fault) -> Response:
    page = _PROXY_PAGE.format(status=fault.status)
    waiting = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
    return Response(page, fault.status, {**waiting, "content-type": HTML_TYPE})


def _forged(fault: Fault, *, in_reply: bool) -> Response:
    headers = {"content-encoding": fault.packing} if fault.packing else {}
    body = _forged_body(replace(fault, times=None), in_reply=in_reply)
    return Response(body, headers={**headers, "content-type": JSON_TYPE})


@lru_cache(maxsize=4)
def _forged_body(fault: Fault, *, in_reply: bool) -> bytes:
    """Make it once for many answers: it takes longer than to send it."""
    result = fault.result.encode()
    if fault.size:
        result = b"[%b%b]" % ((result + b",") * (fault.size // (len(result) + 1)), result)
    body = b'{"jsonrpc": "2.0", "id": 1, "result": %b}' % result if in_reply else result
    return _PACKINGS.get(fault.packing, bytes)(body)


_PACKINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}


def _huge(fault: Fault) -> Response:
    return StreamingResponse(_endless(fault.size or 1 << 30), headers={"content-type": JSON_TYPE})


_INSTEAD: dict[str, Callable[[Fault], Response]] = {
    "status": _proxy_page,
    "page": lambda _fault: Response(_MAINTENANCE_PAGE, headers={"content-type": HTML_TYPE}),
    "json_page": lambda _fault: JSONResponse({"status": "maintenance"}),
    "empty": lambda _fault: Response(b"", headers={"content-type": JSON_TYPE}),
    "garbage": lambda _fault: Response(_GARBAGE, headers={"content-type": JSON_TYPE}),
    "huge": _huge,
    "redirect": lambda fault: Response(status_code=302, headers={"location": fault.location}),
}


def spoiled(fault: Fault, answer: Answer) -> Response:
    """Spoil a true answer on its way."""
    if fault.kind == "drip":
        headers = {**answer.headers, "content-length": str(len(answer.body))}
        return StreamingResponse(
            _drops(answer.body, fault), answer.status, headers, answer.content_type
        )
    if fault.kind == "unsized":
        whole = replace(fault, size=_CHUNK, seconds=0.0)
        return StreamingResponse(
            _drops(answer.body, whole), answer.status, answer.headers, answer.content_type
        )
    size = fault.size or len(answer.body) // 2
    if fault.kind == "shortened":
        return respond(replace(answer, body=answer.body[:size]))
    if fault.kind == "cut_gzip":
        packed = gzip.compress(answer.body)
        headers = {**answer.headers, "content-encoding": "gzip"}
        return respond(replace(answer, body=packed[: len(packed) // 2], headers=headers))
    return _Cut(answer, size, tells_length=fault.kind == "cut")


class _Hang(Response):
    """Accepted, never answered; ends when the client leaves or the server stops."""

    def __init__(self, faults: Faults, *, after_headers: bool) -> None:
        super().__init__()
        self._faults = faults
        self._after_headers = after_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        if self._after_headers:
            headers = [(b"content-type", JSON_TYPE.encode())]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"", "more_body": True})
        gone = asyncio.ensure_future(_until_disconnect(receive))
        while not (gone.done() or self._faults.closing):
            await asyncio.wait({gone}, timeout=0.05)
        gone.cancel()


class _Cut(Response):
    """Headers that promise the whole, a part of it, and the end of the connection.

    What `tells_length` has a `Content-Length`; all else comes in chunks.
    """

    def __init__(self, answer: Answer, size: int, *, tells_length: bool) -> None:
        super().__init__()
        self._answer = answer
        self._size = size
        self._tells_length = tells_length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        headers = [(b"content-type", JSON_TYPE.encode())]
        if self._tells_length:
            headers.append((b"content-length", str(len(self._answer.body) + 1).encode()))
        await send(
            {"type": "http.response.start", "status": self._answer.status, "headers": headers}
        )
        part = self._answer.body[: self._size]
        await send({"type": "http.response.body", "body": part, "more_body": True})


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drops(body: bytes, fault: Fault) -> AsyncIterator[bytes]:
    size = fault.size or 1
    for start in range(0, len(body), size):
        yield body[start : start + size]
        await asyncio.sleep(fault.seconds)


async def _endless(size: int) -> AsyncIterator[bytes]:
    yield b'{"jsonrpc": "2.0", "id": 1, "result": ["'
    for _ in range(size // _CHUNK + 1):
        yield b"x" * _CHUNK
    yield b'"]}'
