"""Private authorities, and a proxy that connects in our place while the guard still decides."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from integration.notifications.telling import LOOPBACK as RECEIVERS
from integration.odoo.servers import Exchange, Server, serving
from odoosync.addresses.guard import AddressGuard
from odoosync.addresses.outbound import Outbound
from odoosync.notifications.http_delivery import WebhookClient
from odoosync.odoo import errors
from odoosync.odoo.messages import Answer, Request
from odoosync.odoo.transport import SETTING, Transport, TransportLimits
from outbound_proxy import OutboundProxy, proxying
from private_authority import PrivateAuthority

NAME = "odoo.example"
LOOPBACK = AddressGuard.of(SETTING, ["127.0.0.1:*", f"{NAME}:*"])
SECRET = "hunter2"


async def answers(exchange: Exchange) -> None:
    await exchange.reply(b"{}")


@pytest.fixture
def authority(tmp_path: Path) -> PrivateAuthority:
    return PrivateAuthority(tmp_path)


@pytest.fixture
async def odoo(authority: PrivateAuthority) -> AsyncIterator[Server]:
    """Speaks HTTPS by a certificate of the private authority."""
    async with serving(answers, tls=authority.server_side("127.0.0.1", NAME)) as server:
        yield server


@pytest.fixture
async def proxy() -> AsyncIterator[OutboundProxy]:
    async with proxying() as running:
        yield running


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the name of the tests leads to."""
    addresses = ["127.0.0.1"]
    really = socket.getaddrinfo

    def resolve(host: str, *about: Any, **named: Any) -> list[Any]:
        found = addresses if host == NAME else [host]
        return [info for one in found for info in really(one, *about, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return addresses


async def get(url: str, outbound: Outbound, guard: AddressGuard = LOOPBACK) -> Answer:
    async with AsyncExitStack() as stack:
        transport = Transport(TransportLimits(), guard, outbound)
        stack.push_async_callback(transport.close)
        return await transport.handle(Request("GET", f"{url}/x", headers={"X-Key": SECRET}))


def named(server: Server) -> str:
    return server.url.replace("127.0.0.1", NAME)


async def test_a_private_authority_is_trusted_by_its_file_alone(
    odoo: Server, authority: PrivateAuthority
) -> None:
    with pytest.raises(errors.TlsFailed, match="ODOOSYNC_CA_FILE"):
        await get(odoo.url, Outbound.of())
    assert (await get(odoo.url, Outbound.of(authority.ca_file))).status == 200


def test_the_authorities_of_the_system_are_trusted_beside_it(authority: PrivateAuthority) -> None:
    usual = ssl.create_default_context().get_ca_certs(binary_form=True)
    both = Outbound.of(authority.ca_file).tls.get_ca_certs(binary_form=True)
    assert len(both) == len(usual) + 1
    assert set(usual) < set(both)


async def test_a_certificate_for_another_name_is_refused_whoever_signed_it(
    authority: PrivateAuthority,
) -> None:
    async with serving(answers, tls=authority.server_side("other.example")) as server:
        with pytest.raises(errors.TlsFailed, match="host name"):
            await get(server.url, Outbound.of(authority.ca_file))


async def test_a_tunnel_leads_to_the_judged_address_and_speaks_of_the_name(
    odoo: Server, authority: PrivateAuthority, proxy: OutboundProxy, resolved: list[str]
) -> None:
    resolved.insert(0, "10.9.8.7")
    guard = AddressGuard.of(SETTING, ["127.0.0.1:*"])
    outbound = Outbound.of(authority.ca_file, proxy.url)
    assert (await get(named(odoo), outbound, guard)).status == 200
    assert proxy.asked_for == [odoo.url.removeprefix("https://")]
    assert f"Host: {named(odoo).removeprefix('https://')}".encode() in odoo.requests[0]
    assert SECRET not in proxy.heads[0]


async def test_what_is_no_https_is_forwarded(proxy: OutboundProxy, resolved: list[str]) -> None:
    async with serving(answers) as plain:
        assert (await get(named(plain), Outbound.of(None, proxy.url))).status == 200
    assert resolved == ["127.0.0.1"]
    assert proxy.asked_for == [f"{named(plain)}/x"]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("address", ["10.0.0.5", "169.254.169.254", "127.0.0.2", "fd00::1"])
async def test_the_guard_decides_about_the_target_before_the_proxy_is_asked(
    proxy: OutboundProxy, resolved: list[str], scheme: str, address: str
) -> None:
    outbound, guard = Outbound.of(None, proxy.url), AddressGuard.of(SETTING, ["127.0.0.1:*"])
    resolved[:] = [address]
    literal = f"[{address}]" if ":" in address else address
    for host in (NAME, literal):
        with pytest.raises(errors.AddressRefused, match=SETTING):
            await get(f"{scheme}://{host}", outbound, guard)
    assert proxy.heads == []


async def test_a_name_that_nobody_knows_is_told_as_such(proxy: OutboundProxy) -> None:
    with pytest.raises(errors.HostNotFound):
        await get("https://no-such-host.invalid", Outbound.of(None, proxy.url))
    assert proxy.heads == []


async def test_a_tunnel_does_not_make_a_certificate_trusted(
    odoo: Server, proxy: OutboundProxy
) -> None:
    with pytest.raises(errors.TlsFailed, match="ODOOSYNC_CA_FILE"):
        await get(odoo.url, Outbound.of(None, proxy.url))


@pytest.mark.parametrize("secure", [True, False])
async def test_only_the_proxy_sees_the_login_that_is_meant_for_it(
    odoo: Server,
    authority: PrivateAuthority,
    proxy: OutboundProxy,
    secure: bool,  # noqa: FBT001
) -> None:
    login = f"http://us%40er:p%3Ass%23@127.0.0.1:{proxy.port}"
    outbound = Outbound.of(authority.ca_file, login)
    async with serving(answers) as plain:
        server = odoo if secure else plain
        assert (await get(server.url, outbound)).status == 200
        assert "Proxy-Authorization: Basic dXNAZXI6cDpzcyM=" in proxy.heads[0]
        if secure:
            assert b"dXNAZXI6cDpzcyM=" not in server.requests[0]
    assert "p:ss" not in repr(outbound)


@pytest.mark.parametrize(
    ("refuses", "kind", "told"),
    [
        ("407 Proxy Authentication Required", errors.ProxyRefused, "wants a login"),
        ("403 Forbidden", errors.ProxyRefused, "status 403"),
        ("502 Bad Gateway", errors.Unreachable, "could not reach"),
        ("503 Service Unavailable", errors.Unreachable, "could not reach"),
    ],
)
async def test_what_the_proxy_refuses_is_told_as_its_doing(
    refuses: str, kind: type[errors.OdooError], told: str
) -> None:
    async with proxying(refuses) as proxy:
        login = f"http://user:{SECRET}@127.0.0.1:{proxy.port}"
        with pytest.raises(kind, match=told) as caught:
            await get("https://127.0.0.1", Outbound.of(None, login))
    assert SECRET not in f"{caught.value!r} {vars(caught.value)}"
    assert caught.value.__context__ is None


async def test_a_proxy_that_wants_a_login_is_told_for_plain_http_too() -> None:
    async with proxying("407 Proxy Authentication Required") as proxy:
        with pytest.raises(errors.ProxyRefused, match="wants a login"):
            await get("http://127.0.0.1", Outbound.of(None, proxy.url))


@pytest.mark.parametrize("at", ["127.0.0.1:1", "no-such-proxy.invalid:3128"])
async def test_a_proxy_that_is_away_is_told_as_such(at: str) -> None:
    with pytest.raises(errors.Unreachable, match="ODOOSYNC_OUTBOUND_PROXY"):
        await get("https://127.0.0.1", Outbound.of(None, f"http://{at}"))


async def test_the_usual_variables_for_proxies_are_not_followed(
    odoo: Server,
    authority: PrivateAuthority,
    proxy: OutboundProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    assert (await get(odoo.url, Outbound.of(authority.ca_file))).status == 200
    assert proxy.heads == []


async def test_a_webhook_goes_the_same_way(
    odoo: Server, authority: PrivateAuthority, proxy: OutboundProxy
) -> None:
    client = WebhookClient(RECEIVERS, outbound=Outbound.of(authority.ca_file, proxy.url))
    outcome = await client.post(f"{odoo.url}/hook", {}, b"{}")
    refused = await client.post("https://10.0.0.5/hook", {}, b"{}")
    await client.close()
    assert (outcome.status, outcome.error) == (200, None)
    assert "ODOOSYNC_ALLOWED_WEBHOOK_HOSTS" in str(refused.error)
    assert proxy.asked_for == [odoo.url.removeprefix("https://")]


@pytest.mark.usefixtures("public_loopback")
async def test_a_webhook_that_the_proxy_refuses_says_so() -> None:
    async with proxying("407 Proxy Authentication Required") as proxy:
        client = WebhookClient(RECEIVERS, outbound=Outbound.of(None, proxy.url))
        told = [
            (await client.post(url, {}, b"{}")).error
            for url in ("http://127.0.0.1", "https://127.0.0.1")
        ]
        await client.close()
    assert all("ODOOSYNC_OUTBOUND_PROXY" in str(one) for one in told)
