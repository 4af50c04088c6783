"""Tiny servers on loopback that answer as a script says, byte by byte."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Script = Callable[["Exchange"], Awaitable[None]]


@dataclass
class Exchange:
    """One request that came in; `number` counts them over all connections, from 1."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int
    request: bytes

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hang(self) -> None:
        """Say nothing until the caller goes away."""
        await self.reader.read()

    async def reply(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        await self.send("\r\n".join(lines).encode() + body)


@dataclass
class Server:
    url: str
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0


@asynccontextmanager
async def serving(
    script: Script, *, keep_alive: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    """Run a script for each request; without `keep_alive` the connection ends after it."""
    state = Server("")
    tasks: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
        state.connections += 1
        try:
            while await _one(script, state, reader, writer) and keep_alive:
                pass
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    state.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield state
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _one(
    script: Script, state: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (
            int(line.partition(b":")[2])
            for line in head.lower().split(b"\r\n")
            if line.startswith(b"content-length:")
        ),
        0,
    )
    request = head + await reader.readexactly(length)
    state.requests.append(request)
    state.busy += 1
    state.busiest = max(state.busiest, state.busy)
    try:
        await script(Exchange(reader, writer, len(state.requests), request))
    finally:
        state.busy -= 1
    return not writer.is_closing()
