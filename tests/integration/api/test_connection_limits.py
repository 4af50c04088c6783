"""What callers without a login may keep open: over real connections, with limits of the tests'."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from fastapi import FastAPI

from odoosync.api.edge.connection_limits import (
    LARGEST_HEAD,
    ConnectionLimits,
    limited_protocol,
)

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: odoosync\r\n\r\n"
BEGUN_BODY = (
    b"POST /api/v1/auth/token HTTP/1.1\r\nHost: odoosync\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9\r\n\r\n{"
)
OK = b"HTTP/1.1 200"
LONG_S = 60.0
ENDLESS = 40_000_000


@asynccontextmanager
async def serving(app: FastAPI, limits: ConnectionLimits) -> AsyncIterator[int]:
    config = uvicorn.Config(app, http=limited_protocol(limits), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ended = asyncio.create_task(server.serve([listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await ended


@asynccontextmanager
async def connected(port: int, times: int = 1) -> AsyncIterator[list[Connection]]:
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(times)]
    yield opened
    for _, writer in opened:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def answer_to(connection: Connection, sent: bytes = b"") -> bytes:
    """Send bytes and return all that comes until the other side hangs up, or one whole answer."""
    reader, writer = connection
    writer.write(sent)
    async with asyncio.timeout(LONG_S):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return head + await reader.readexactly(length)


async def hung_up(connection: Connection) -> bool:
    async with asyncio.timeout(LONG_S):
        try:
            return await connection[0].read() == b""
        except ConnectionResetError:
            return True


async def test_a_head_without_end_is_refused_once_it_is_too_long(app: FastAPI) -> None:
    async with serving(app, ConnectionLimits()) as port, connected(port) as [(reader, writer)]:
        refused = asyncio.create_task(reader.read())
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        sent = 0
        with suppress(ConnectionError):
            while not refused.done() and sent < ENDLESS:
                writer.write(b"X-Name: " + b"x" * 8_190 + b"\r\n")
                sent += 8_200
                await writer.drain()
        assert sent < ENDLESS / 4


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\nX-Name: " + b"x" * LARGEST_HEAD + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + b"X-Name: x\r\n" * 4_000 + b"\r\n",
        b"GET /healthz?" + b"x" * LARGEST_HEAD + b" HTTP/1.1\r\nHost: odoosync\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nX-Name: " + b"x" * (LARGEST_HEAD + 1),
    ],
)
async def test_a_head_that_is_too_large_is_told(app: FastAPI, head: bytes) -> None:
    async with serving(app, ConnectionLimits()) as port, connected(port) as [connection]:
        told = await answer_to(connection, head)
        assert told.startswith(b"HTTP/1.1 431 ")
        assert b'"code":"headers_too_large"' in told
        assert await hung_up(connection)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"GET /heal",
        b"GET /healthz HTTP/1.1\r\nHost: odoosync\r\n",
        BEGUN_BODY,
        WHOLE + b"GET /heal",
    ],
)
async def test_a_request_that_is_not_whole_in_time_is_given_up(app: FastAPI, begun: bytes) -> None:
    limits = ConnectionLimits(request_s=0.2)
    async with serving(app, limits) as port, connected(port) as [connection]:
        if begun.startswith(WHOLE):
            assert (await answer_to(connection, WHOLE)).startswith(OK)
        told = await answer_to(connection, begun.removeprefix(WHOLE))
        assert told.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"request_timeout"' in told
        assert await hung_up(connection)


async def test_a_trickle_does_not_put_it_off(app: FastAPI) -> None:
    limits = ConnectionLimits(request_s=0.3)
    async with serving(app, limits) as port, connected(port) as [(reader, writer)]:
        heard = asyncio.create_task(reader.read(12))
        writer.write(b"GET /healthz HTTP/1.1\r\n")
        async with asyncio.timeout(LONG_S):
            while not heard.done():
                writer.write(b"A: b\r\n")
                await asyncio.sleep(0.05)
        assert await heard == b"HTTP/1.1 408"


async def test_one_address_has_no_more_connections_than_its_share(app: FastAPI) -> None:
    limits = ConnectionLimits(per_address=3)
    async with serving(app, limits) as port, connected(port, 4) as [first, second, third, fourth]:
        assert b'"code":"too_many_connections"' in await answer_to(fourth)
        assert (await answer_to(first, WHOLE)).startswith(OK)
        second[1].close()
        third[1].close()
        await asyncio.gather(second[1].wait_closed(), third[1].wait_closed())
        async with asyncio.timeout(LONG_S):
            while not (await first_line(port)).startswith(OK):
                pass  # the server has not seen that they are closed


async def test_a_trusted_proxy_has_as_many_as_there_are(app: FastAPI) -> None:
    limits = ConnectionLimits(overall=3, per_address=1, trusted=("127.0.0.0/8",))
    async with serving(app, limits) as port, connected(port, 4) as held:
        assert [(await answer_to(one, WHOLE))[:12] for one in held[:3]] == [OK] * 3
        assert (await answer_to(held[3])).startswith(b"HTTP/1.1 503")


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
def test_a_proxy_is_trusted_in_either_spelling(address: str) -> None:
    assert ConnectionLimits(trusted=("127.0.0.0/8",)).trusts(address)
    assert not ConnectionLimits(trusted=("10.0.0.0/8",)).trusts(address)


async def first_line(port: int) -> bytes:
    async with connected(port) as [(reader, writer)]:
        writer.write(WHOLE)
        return await reader.readline()
