"""Names whose server is silent keep nobody else waiting."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from integration.odoo.servers import Exchange, serving
from odoosync.addresses import lookups
from odoosync.addresses.lookups import PER_TENANT, Found, Lookups, LookUpTimedOut, looking_up_for
from odoosync.addresses.outbound import Outbound
from odoosync.notifications.http_delivery import Limits, WebhookClient, webhook_guard
from odoosync.odoo.errors import TimedOut
from odoosync.odoo.messages import Request
from odoosync.odoo.tenant_handler import TenantHandler
from odoosync.odoo.transport import Transport, TransportLimits, odoo_guard
from waiting import PATIENCE_S

HOSTILE, HONEST = 1, 2
GUARD = odoo_guard("http://odoo.invalid", ["odoo.example:*"])


@dataclass
class NameServer:
    """Says nothing of names in `.silent`, until it speaks; counts how many wait for it."""

    speaks: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)

    def ask(self, host: str, port: int, _family: int) -> Found:
        self.asked.append(host)
        if host.endswith(".silent"):
            self.speaks.wait(PATIENCE_S)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    monkeypatch.setattr(lookups, "look_up", server.ask)
    yield server
    server.speaks.set()


async def answer(exchange: Exchange) -> None:
    await exchange.reply(b"{}")


async def find(among: Lookups, tenant: int, host: str) -> Found:
    with looking_up_for(tenant):
        return await among.find(host, 80)


async def test_another_tenant_is_answered_while_names_are_silent(names: NameServer) -> None:
    among = Lookups(patience_s=PATIENCE_S)
    slow = [asyncio.create_task(find(among, HOSTILE, f"{n}.silent")) for n in range(40)]
    assert await find(among, HONEST, "odoo.example")
    assert await asyncio.to_thread(str, 1) == "1"  # threads that all share are free
    assert not any(task.done() for task in slow)
    assert len(names.asked) == PER_TENANT + 1
    names.speaks.set()
    await asyncio.gather(*slow, return_exceptions=True)
    assert len(names.asked) == 40 + 1


async def test_a_look_up_has_an_end_whether_it_runs_or_waits(names: NameServer) -> None:
    among = Lookups(patience_s=0.1)
    asked = (find(among, HOSTILE, f"{n}.silent") for n in range(20))
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, LookUpTimedOut) for one in ended)
    assert len(names.asked) == PER_TENANT


@pytest.mark.usefixtures("names")
async def test_a_call_to_odoo_is_made_beside_webhooks_at_silent_names() -> None:
    outbound = Outbound()
    client = WebhookClient(
        webhook_guard([]), Limits(connect=PATIENCE_S, total=PATIENCE_S), outbound
    )
    transport = Transport(TransportLimits(), GUARD, outbound)
    with looking_up_for(HOSTILE):
        posts = [
            asyncio.create_task(client.post(f"http://{number}.silent/", {}, b"{}"))
            for number in range(20)
        ]
    await asyncio.sleep(0)
    async with serving(answer) as server:
        url = server.url.replace("127.0.0.1", "odoo.example")
        assert (
            await TenantHandler(transport, HONEST).handle(Request("GET", f"{url}/x"))
        ).status == 200
    assert not any(post.done() for post in posts)
    for post in posts:
        post.cancel()
    await asyncio.gather(*posts, return_exceptions=True)
    await client.close()
    await transport.close()


@pytest.mark.usefixtures("names")
async def test_the_same_name_is_not_looked_up_for_two_tenants_together() -> None:
    """Else one tenant's queue would be the other's."""
    outbound = Outbound()
    transport = Transport(TransportLimits(), GUARD, outbound)
    hostile, honest = TenantHandler(transport, HOSTILE), TenantHandler(transport, HONEST)
    async with serving(answer) as server:
        url = server.url.replace("127.0.0.1", "odoo.example")
        silent = [f"http://{number}.silent/" for number in range(PER_TENANT)]
        tasks = [
            asyncio.create_task(hostile.handle(Request("GET", one)))
            for one in (*silent, f"{url}/x")
        ]
        await asyncio.sleep(0)
        assert (await honest.handle(Request("GET", f"{url}/x"))).status == 200
        assert not any(task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await transport.close()


@pytest.mark.usefixtures("names")
async def test_a_silent_name_is_told_as_such() -> None:
    outbound = Outbound(lookups=Lookups(patience_s=0.1))
    transport = Transport(TransportLimits(), GUARD, outbound)
    client = WebhookClient(webhook_guard([]), Limits(), outbound)
    with pytest.raises(TimedOut, match="not looked up in time") as caught:
        await transport.handle(Request("GET", "http://odoo.silent/"))
    told = await client.post("http://receiver.silent/", {}, b"{}")
    await client.close()
    await transport.close()
    assert caught.value.stage == "dns"
    assert told.error == "The host name of the receiver could not be looked up."
