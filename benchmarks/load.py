"""Requests a second: a few connections that ask in turn, with as little of a client as will do."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from itertools import cycle
from urllib.parse import urlsplit

CONNECTIONS = 4
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Write a request down as bytes once, for it is sent many times."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


def requests_a_second(url: str, requests: Sequence[bytes], *, seconds: float) -> float:
    """Ask for `seconds`, one request after the other on each connection; all must succeed."""
    return asyncio.run(_ask(url, requests, seconds))


async def _ask(url: str, requests: Sequence[bytes], seconds: float) -> float:
    started = time.perf_counter()
    until = started + seconds
    step = max(1, len(requests) // CONNECTIONS)
    starts = [number * step for number in range(CONNECTIONS)]
    turns = [[*requests[start:], *requests[:start]] for start in starts]
    counts = await asyncio.gather(*(_one(url, turn, until) for turn in turns))
    return sum(counts) / (time.perf_counter() - started)


async def _one(url: str, requests: Sequence[bytes], until: float) -> int:
    address, count = urlsplit(url), 0
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**22)
    for sent in cycle(requests):
        if time.perf_counter() > until:
            break
        writer.write(sent)
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None or b" 200 " not in head[:20]:
            raise RuntimeError(head.decode())
        await reader.readexactly(int(length[1]))
        count += 1
    writer.close()
    await writer.wait_closed()
    return count
