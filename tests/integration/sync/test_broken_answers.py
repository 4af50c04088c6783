"""A proxy before Odoo says that all is well, and sends a page, nothing, or a part of the answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from integration.sync.copying import EQUAL, Copy, FragileDatabase, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from integration.verify.checking import TRUE, contacts, found
from odoo_sandbox import Fault, SandboxServer, World, seed_world
from odoosync.addresses.guard import AddressGuard
from odoosync.backoff import Backoff
from odoosync.odoo.messages import Answer, Request
from odoosync.odoo.transport import SETTING, Transport, TransportLimits
from odoosync.sync import pace, patience
from odoosync.sync.engine import ids

KINDS = [
    "page", "json_page", "empty", "garbage", "shortened", "cut", "cut_chunks", "cut_gzip",
    "redirect",
]  # fmt: skip
DAY = 24 * 3600.0


@dataclass
class OdooBehindProxy:
    """A sandbox on a socket. The proxy answers each call the first time that it is made.

    `only` narrows that to calls that hold this text; `always` spoils them each time.
    """

    server: SandboxServer
    transport: Transport
    fault: Fault | None = None
    only: str = ""
    always: bool = False
    seen: set[str] = field(default_factory=set)

    @property
    def world(self) -> World:
        return self.server.world

    async def handle(self, request: Request) -> Answer:
        call = re.sub(r'"id":\d+,"params"', "", f"{request.url} {request.body!r}")
        if self.fault and self.only in call and (self.always or call not in self.seen):
            self.server.faults.add(self.fault)
        self.seen.add(call)
        there = request.url.replace("http://odoo.test", self.server.url)
        return await self.transport.handle(replace(request, url=there))


pytestmark = pytest.mark.usefixtures("public_loopback")


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES", Backoff(0.01, 0.02))
    monkeypatch.setattr(pace, "FIRST", 25)
    monkeypatch.setattr(pace, "LARGEST", 25)
    monkeypatch.setattr(ids, "SCAN_AT_ONCE", 40)


@pytest.fixture(params=[16, 19], ids=["json-rpc", "json-2"])
async def proxy(request: pytest.FixtureRequest, clock: HandClock) -> AsyncIterator[OdooBehindProxy]:
    world = seed_world(request.param, contacts=60, products=12, clock=clock)
    transport = Transport(TransportLimits(), AddressGuard.of(SETTING, ["127.0.0.1:*"]))
    with SandboxServer(world) as server:
        yield OdooBehindProxy(server, transport)
        await transport.close()


@pytest.fixture
async def copy(fragile: FragileDatabase, proxy: OdooBehindProxy, clock: HandClock) -> Copy:
    return await open_copy(fragile, cast("DirectOdoo", proxy), clock)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_no_answer_is_asked_for_again_at_every_stage(
    copy: Copy, proxy: OdooBehindProxy, kind: str
) -> None:
    proxy.fault = Fault(kind, times=1)
    first = await copy.sync()
    copy.clock.advance(2 * DAY)  # the server is looked at anew, all ids and names are compared
    proxy.seen.clear()
    later = await copy.sync()
    assert [(run.status, run.deleted, run.note) for run in (first, later)] == [
        ("succeeded", 0, None)
    ] * 2
    assert await copy.difference() == EQUAL
    proxy.seen.clear()
    assert found(await contacts(copy)) == TRUE


@pytest.mark.parametrize("method", ["fields_get", "search_read", "search_count"])
@pytest.mark.parametrize("kind", ["page", "shortened"])
async def test_where_it_lasts_the_run_fails_and_deletes_nothing(
    copy: Copy, proxy: OdooBehindProxy, kind: str, method: str
) -> None:
    await copy.sync()
    kept = await copy.rows()
    copy.clock.advance(3600)
    proxy.fault, proxy.only, proxy.always = Fault(kind, times=1), method, True
    run = await copy.sync()
    assert (run.status, run.deleted, run.fetched) == ("failed", 0, 0)
    assert await copy.rows() == kept


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("page"), "web page, “Down for maintenance”"),
        (Fault("json_page"), "not in Odoo's form"),
        (Fault("empty"), "empty"),
        (Fault("shortened"), "ended in the middle"),
        (Fault("garbage"), "not JSON"),
        (Fault("redirect"), "its page /web/login"),
        (Fault("redirect", location="https://sso.example/in?t=1"), "https://sso.example"),
    ],
)
async def test_the_run_says_what_came_instead(
    copy: Copy, proxy: OdooBehindProxy, fault: Fault, told: str
) -> None:
    proxy.fault, proxy.always = fault, True
    run = await copy.sync()
    assert run.status == "failed"
    assert told in run.error


async def test_a_redirect_is_asked_for_again_and_never_followed(
    copy: Copy, proxy: OdooBehindProxy
) -> None:
    with SandboxServer(seed_world(19, 5, 5, clock=copy.clock)) as elsewhere:
        proxy.fault = Fault("redirect", times=1, location=f"{elsewhere.url}/web/login")
        assert (await copy.sync()).status == "succeeded"
        assert elsewhere.faults.calls == []


async def test_where_large_answers_are_cut_less_is_asked_for(
    copy: Copy, proxy: OdooBehindProxy
) -> None:
    """A proxy whose buffer is small cuts what is larger, each time."""
    proxy.fault, proxy.only, proxy.always = Fault("shortened", times=1), '"limit":25', True
    run = await copy.sync()
    assert (run.status, run.created) == ("succeeded", len(copy.world.table("res.partner").ids))
