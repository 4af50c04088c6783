"""Whatever is behind a private address, a tenant is told the same: the service is no scanner."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from integration.connections.calling import ADMIN, CONNECTIONS, PROFILE, Calls
from integration.odoo.servers import Exchange, serving
from odoo_sandbox import SandboxServer
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.clock import utc_now
from odoosync.odoo.client import OdooClient, open_client
from odoosync.odoo.errors import OdooError
from odoosync.odoo.facts import ServerFacts
from odoosync.odoo.login import Login
from odoosync.odoo.transport import Transport, TransportLimits, odoo_guard, open_transport
from odoosync.odoo.url import parse_odoo_url
from ports import free_port
from served import client_of

HERE = "127.0.0.1"
KNOWN = ServerFacts("18.0", 18, "jsonrpc", 2, None, None, utc_now())


async def drop(exchange: Exchange) -> None:
    exchange.writer.close()


async def mumble(exchange: Exchange) -> None:
    await exchange.send(b"-ERR unknown command\r\n")


async def have_no_page(exchange: Exchange) -> None:
    await exchange.reply(b"<title>Secret wiki</title>", status="404 Not Found")


async def show_a_page(exchange: Exchange) -> None:
    await exchange.reply(b"<title>Secret wiki</title>")


async def want_a_login(exchange: Exchange) -> None:
    await exchange.reply(b"", status="401 Unauthorized")


async def be_busy(exchange: Exchange) -> None:
    await exchange.reply(b"", status="503 Service Unavailable")


async def redirect(exchange: Exchange) -> None:
    await exchange.reply(b"", "Location: http://wiki.internal/login", status="302 Found")


async def speak_another_rpc(exchange: Exchange) -> None:
    reply = b'{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"geth"}}'
    await exchange.reply(reply, "Content-Type: application/json")


SERVICES = [
    drop,
    mumble,
    have_no_page,
    show_a_page,
    want_a_login,
    be_busy,
    redirect,
    speak_another_rpc,
]


@pytest.fixture
async def neighbourhood() -> AsyncIterator[list[str]]:
    """Ports: a closed one, and one of each service."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(serving(one)) for one in SERVICES]
        yield [str(free_port()), *(one.url.rpartition(":")[2] for one in opened)]


@pytest.fixture
async def transport(neighbourhood: list[str]) -> AsyncIterator[Transport]:
    """May call all of them but the last."""
    guard = odoo_guard("http://odoo.invalid", [f"{HERE}:{port}" for port in neighbourhood[:-1]])
    opened = Transport(TransportLimits(connect=0.5), guard)
    yield opened
    await opened.close()


@pytest.fixture
async def scanner(
    services: Services, transport: Transport, options: ApiOptions, signed_in: dict[str, str]
) -> AsyncIterator[Calls]:
    async with client_of(create_api(replace(services, transport=transport), options)) as client:
        yield Calls(client, signed_in)


@pytest.mark.parametrize(
    ("path", "scheme"),
    [(f"{PROFILE}/test", "http://"), (PROFILE, "http://"), (CONNECTIONS, "")],
    ids=["test", "save", "create"],
)
async def test_a_test_tells_the_same(
    scanner: Calls, neighbourhood: list[str], path: str, scheme: str
) -> None:
    told: list[Any] = []
    for port in neighbourhood:
        answer = await scanner.ask("POST", path, ADMIN | {"odoo_url": f"{scheme}{HERE}:{port}"})
        assert answer.status_code == 422
        told.append(answer.json())
    assert all(one == told[0] for one in told)
    assert told[0]["code"] == "odoo_unreachable"
    assert "ODOOSYNC_ALLOWED_ODOO_HOSTS" in told[0]["detail"]


async def test_a_call_of_a_sync_tells_the_same(
    transport: Transport, neighbourhood: list[str]
) -> None:
    """The name of a known Odoo may lead elsewhere by now."""
    told = [await failure(transport, port) for port in neighbourhood]
    assert all(one == told[0] for one in told)


async def failure(transport: Transport, port: str) -> tuple[str, str, str]:
    client = await open_client(
        transport, login(f"http://{HERE}:{port}"), known=KNOWN, now=utc_now()
    )
    return await failed_call(client)


async def failed_call(client: OdooClient) -> tuple[str, str, str]:
    with pytest.raises(OdooError) as caught:
        await client.search_count("res.partner", [])
    return caught.value.code, caught.value.stage, caught.value.advice


def login(url: str) -> Login:
    return Login(parse_odoo_url(url), "odoo_db", "admin", "admin")


async def test_an_odoo_that_answered_is_told_of_in_its_own_words(odoo: SandboxServer) -> None:
    opened = open_transport("http://odoo.invalid", [f"{HERE}:*"])
    client = await open_client(opened, login(odoo.url), known=None, now=utc_now())
    odoo.stop()
    code, _, advice = await failed_call(client)
    await opened.close()
    assert code in {"odoo_unreachable", "odoo_cut_off"}
    assert "private address" not in advice


async def test_a_kept_connection_tells_the_same() -> None:
    async with serving(show_a_page, keep_alive=True) as wiki:
        port = wiki.url.rpartition(":")[2]
        opened = open_transport("http://odoo.invalid", [f"{HERE}:*"])
        told = [await failure(opened, port) for _ in range(3)]
        await opened.close()
        assert wiki.connections == 1
    assert {code for code, _, _ in told} == {"odoo_unreachable"}
