"""How the transport keeps its connections, its limits and its guard."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from integration.odoo.conftest import LIMITS, LOOPBACK
from integration.odoo.servers import Exchange, serving
from integration.odoo.tls import self_signed
from odoosync.addresses import lookups
from odoosync.addresses.guard import AddressGuard
from odoosync.addresses.outbound import Outbound
from odoosync.odoo import errors
from odoosync.odoo.limiter import Pace
from odoosync.odoo.messages import Request
from odoosync.odoo.transport import SETTING, Transport, TransportLimits, open_transport


async def answers(exchange: Exchange) -> None:
    await exchange.reply(str(exchange.number).encode(), "Date: Mon, 23 Nov 2026 16:36:23 GMT")


@pytest.mark.parametrize("keep_alive", [True, False])
async def test_servers_that_keep_or_close_connections_both_work(
    transport: Transport,
    keep_alive: bool,  # noqa: FBT001
) -> None:
    async with serving(answers, keep_alive=keep_alive) as server:
        bodies = [
            (
                await transport.handle(
                    Request("POST", f"{server.url}/x", body=b"{}", repeatable=True)
                )
            ).body
            for _ in range(3)
        ]
    assert bodies[-1] in {b"3", b"4", b"5"}
    assert (server.connections == 1) is keep_alive


async def closes_after_the_first(exchange: Exchange) -> None:
    """Keep the connection, and drop it when it is used again."""
    if exchange.number == 2:
        exchange.writer.transport.abort()
    else:
        await exchange.reply(b"{}")


async def test_a_read_over_a_connection_that_went_stale_is_sent_again(
    transport: Transport,
) -> None:
    async with serving(closes_after_the_first, keep_alive=True) as server:
        for _ in range(2):
            await transport.handle(Request("POST", f"{server.url}/x", body=b"{}", repeatable=True))
    assert len(server.requests) == 3


async def test_a_write_is_never_sent_again(transport: Transport) -> None:
    async with serving(closes_after_the_first, keep_alive=True) as server:
        await transport.handle(Request("POST", f"{server.url}/x", body=b"{}"))
        with pytest.raises(errors.CutOff):
            await transport.handle(Request("POST", f"{server.url}/x", body=b"{}"))
    assert len(server.requests) == 2


async def test_a_read_over_a_new_connection_is_not_sent_again(transport: Transport) -> None:
    async def cuts(exchange: Exchange) -> None:
        exchange.writer.transport.abort()

    async with serving(cuts) as server:
        with pytest.raises(errors.CutOff):
            await transport.handle(Request("POST", f"{server.url}/x", body=b"{}", repeatable=True))
    assert len(server.requests) == 1


async def test_the_clock_of_the_server_comes_with_the_answer(transport: Transport) -> None:
    async with serving(answers) as server:
        answer = await transport.handle(Request("GET", f"{server.url}/x"))
    assert answer.date == datetime(2026, 11, 23, 16, 36, 23, tzinfo=UTC)


@pytest.mark.parametrize("header", ["X: y", "Date: yesterday", "Date:"])
async def test_a_server_may_send_no_clock(transport: Transport, header: str) -> None:
    async def clockless(exchange: Exchange) -> None:
        await exchange.reply(b"{}", header)

    async with serving(clockless) as server:
        assert (await transport.handle(Request("GET", f"{server.url}/x"))).date is None


async def test_only_so_many_calls_to_one_origin_are_under_way(transport: Transport) -> None:
    full = asyncio.Event()

    async def slow(exchange: Exchange) -> None:
        if server.busy == LIMITS.per_origin:
            full.set()
        await full.wait()
        await asyncio.sleep(0.01)  # in which more would come
        await exchange.reply(b"{}")

    async with serving(slow) as server:
        await asyncio.gather(
            *(transport.handle(Request("GET", f"{server.url}/x")) for _ in range(8))
        )
    assert server.busiest == LIMITS.per_origin


async def test_a_server_that_answers_429_is_asked_one_by_one_from_then_on() -> None:
    async def limits_the_first(exchange: Exchange) -> None:
        status = "200 OK" if exchange.number > 1 else "429 Too Many Requests"
        await asyncio.sleep(0.02)
        await exchange.reply(b"{}", "Retry-After: 0", status=status)

    slow = Transport(TransportLimits(slow=Pace(0.01, parallel=1)), LOOPBACK)
    async with serving(limits_the_first) as server:
        assert (await slow.handle(Request("GET", f"{server.url}/x"))).status == 429
        await asyncio.gather(*(slow.handle(Request("GET", f"{server.url}/x")) for _ in range(6)))
    assert server.busiest == 1
    await slow.close()


async def test_a_refused_address_is_never_connected_to() -> None:
    guarded = Transport(LIMITS, AddressGuard(SETTING))
    async with serving(answers) as server:
        with pytest.raises(errors.AddressRefused, match="ODOOSYNC_ALLOWED_ODOO_HOSTS"):
            await guarded.handle(Request("GET", f"{server.url}/x"))
    await guarded.close()
    assert server.connections == 0


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["127.0.0.1", "::1"], ["::1", "10.0.0.1"]])
async def test_a_name_that_leads_inside_is_refused_for_each_of_its_addresses(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    leads_to(monkeypatch, addresses)
    guarded = Transport(LIMITS, AddressGuard(SETTING))
    with pytest.raises(errors.AddressRefused):
        await guarded.handle(Request("GET", "http://odoo.example/x"))
    await guarded.close()


async def test_a_name_that_is_allowed_may_lead_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = Transport(LIMITS, AddressGuard.of(SETTING, ["odoo.example:*"]))
    async with serving(answers) as server:
        leads_to(monkeypatch, ["169.254.169.254", "127.0.0.1"])
        port = server.url.rpartition(":")[2]
        assert (await guarded.handle(Request("GET", f"http://odoo.example:{port}/x"))).status == 200
    await guarded.close()


async def test_a_pooled_connection_belongs_to_the_name_that_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leads_to(monkeypatch, ["127.0.0.1"])
    guarded = Transport(LIMITS, AddressGuard.of(SETTING, ["odoo.example:*"]))
    async with serving(answers, keep_alive=True) as server:
        port = server.url.rpartition(":")[2]
        await guarded.handle(Request("GET", f"http://odoo.example:{port}/x"))
        with pytest.raises(errors.AddressRefused):
            await guarded.handle(Request("GET", f"http://evil.example:{port}/x"))
    await guarded.close()


async def test_an_unknown_host_is_told_as_such(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_args: object, **_named: object) -> object:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(lookups, "look_up", unknown)
    with pytest.raises(errors.HostNotFound) as caught:
        await transport.handle(Request("GET", "http://no-such-host.example/x"))
    assert caught.value.stage == "dns"


async def test_a_certificate_that_nobody_signed_is_refused(
    transport: Transport, tmp_path: Path
) -> None:
    async with serving(answers, tls=self_signed(tmp_path)) as server:
        with pytest.raises(errors.TlsFailed, match=r"not trusted: self.signed certificate"):
            await transport.handle(Request("GET", f"{server.url}/x"))


async def test_a_port_that_speaks_no_tls_is_told_as_such(transport: Transport) -> None:
    async def greets(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(greets, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(errors.TlsFailed, match="http://"):
            await transport.handle(Request("GET", f"https://127.0.0.1:{port}/x"))


async def test_a_certificate_that_is_trusted_is_accepted(tmp_path: Path) -> None:
    server_side = self_signed(tmp_path)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    made = Transport(LIMITS, LOOPBACK, Outbound(trusting))
    async with serving(answers, tls=server_side) as server:
        assert (await made.handle(Request("GET", f"{server.url}/x"))).body == b"1"
    await made.close()


async def test_a_closed_transport_opens_anew(transport: Transport) -> None:
    async with serving(answers) as server:
        await transport.handle(Request("GET", f"{server.url}/x"))
        await transport.close()
        assert (await transport.handle(Request("GET", f"{server.url}/x"))).body == b"2"


def leads_to(monkeypatch: pytest.MonkeyPatch, addresses: list[str]) -> None:
    """Let every name resolve to these addresses."""
    really = lookups.look_up

    def resolve(host: str, port: int, family: int) -> lookups.Found:
        found = addresses if host.endswith(".example") else [host]
        return [info for address in found for info in really(address, port, family)]

    monkeypatch.setattr(lookups, "look_up", resolve)


async def test_no_origin_is_remembered_when_its_calls_are_over(transport: Transport) -> None:
    async with serving(answers) as server:
        await asyncio.gather(
            *(transport.handle(Request("GET", f"{server.url}/x")) for _ in range(4))
        )
    gc.collect()
    assert not transport._limiters._in_use


async def test_the_transport_of_a_process_may_call_the_default_address_only() -> None:
    async with serving(answers) as ours, serving(answers) as other:
        made = open_transport(ours.url, [])
        assert (await made.handle(Request("GET", f"{ours.url}/x"))).status == 200
        with pytest.raises(errors.AddressRefused):
            await made.handle(Request("GET", f"{other.url}/x"))
        await made.close()
