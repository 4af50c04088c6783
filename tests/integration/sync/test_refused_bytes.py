"""Answers that are of no use: one fat row is found and set aside; beyond so many bytes all ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import orjson
import pytest
from sqlalchemy import Row

from integration.sync.copying import EQUAL, Copy, FragileDatabase, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from integration.verify.checking import contacts
from odoo_sandbox import Fault, SandboxServer, World, seed_world
from odoosync.addresses.guard import AddressGuard
from odoosync.backoff import Backoff
from odoosync.odoo.messages import Answer, Request
from odoosync.odoo.transport import SETTING, Transport, TransportLimits
from odoosync.sync import pace, patience
from odoosync.sync.tables import set_aside

PARTNER = "res.partner"
PAGE = 2 * 1024 * 1024
MOST = 10
"""Pages' worth in all: eight, the one that is too many, and what else a run answers."""
pytestmark = pytest.mark.usefixtures("public_loopback")


@dataclass
class UselessOdoo:
    """A sandbox on a socket that answers reads of records with a fault, those of ids as ever.

    Unless `ids_too`: then no row can be read, in no part.
    `spent` counts the pages' worth that its caller may have taken of these.
    """

    server: SandboxServer
    transport: Transport
    fault: Fault | None = None
    ids_too: bool = False
    spent: float = 0.0

    @property
    def world(self) -> World:
        return self.server.world

    async def handle(self, request: Request) -> Answer:
        reads = request.url.endswith("/search_read")
        fields = orjson.loads(request.body or b"").get("fields", []) if reads else []
        if self.fault and set(fields) - (set() if self.ids_too else {"id"}):
            self.server.faults.add(self.fault)
            self.spent += (request.bound.size or PAGE) / PAGE
        there = request.url.replace("http://odoo.test", self.server.url)
        return await self.transport.handle(replace(request, url=there))


@pytest.fixture
async def odoo(clock: HandClock) -> AsyncIterator[UselessOdoo]:
    world = seed_world(19, contacts=60, products=12, clock=clock)
    limits = TransportLimits(max_bytes=PAGE)
    transport = Transport(limits, AddressGuard.of(SETTING, ["127.0.0.1:*"]))
    with SandboxServer(world) as server:
        yield UselessOdoo(server, transport)
        await transport.close()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSES", Backoff(0.01, 0.02))
    monkeypatch.setattr(pace, "FIRST", 25)


@pytest.fixture
async def copy(fragile: FragileDatabase, odoo: UselessOdoo, clock: HandClock) -> Copy:
    made = await open_copy(fragile, cast("DirectOdoo", odoo), clock)
    made.page_bytes = PAGE
    return made


async def whole(copy: Copy) -> Row[Any]:
    return await copy.sync(full=True)


async def verify(copy: Copy) -> Row[Any]:
    return await contacts(copy)


async def repair(copy: Copy) -> Row[Any]:
    return await contacts(copy, repair=True)


TOO_LARGE = Fault("huge", times=1, size=4 * PAGE)
FAULTS = {
    "too-large": TOO_LARGE,
    "no-json": Fault("forged", times=1, result="x", size=PAGE - 100),
}


@pytest.mark.parametrize("act", [whole, verify, repair])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_run_gives_up_once_so_much_was_of_no_use(
    copy: Copy, odoo: UselessOdoo, fault: Fault, act: Callable[[Copy], Any]
) -> None:
    await copy.sync()
    kept = await copy.rows()
    copy.clock.advance(3600)
    odoo.fault = fault
    run = await act(copy)
    assert (run.status, run.error_code, run.deleted) == ("failed", "odoo_too_much_refused", 0)
    assert "ODOOSYNC_PAGE_MEGABYTES" in run.error
    assert odoo.spent < MOST
    assert await copy.rows() == kept


async def test_where_no_part_is_small_enough_the_error_names_the_setting(
    copy: Copy, odoo: UselessOdoo
) -> None:
    odoo.fault, odoo.ids_too = TOO_LARGE, True
    run = await copy.sync()
    assert (run.status, run.error_code) == ("failed", "odoo_answer_too_large")
    assert "ODOOSYNC_PAGE_MEGABYTES" in run.error
    assert odoo.spent < MOST


async def test_what_was_given_up_is_whole_again_as_soon_as_answers_are(
    copy: Copy, odoo: UselessOdoo
) -> None:
    await copy.sync()
    changed = odoo.world.table(PARTNER).ids[3]
    odoo.world.execute(PARTNER, "write", [changed], {"ref": "new"})
    odoo.fault = TOO_LARGE
    copy.clock.advance(3600)
    assert (await copy.sync()).status == "failed"
    odoo.fault = None
    copy.clock.advance(3600)
    assert (await copy.sync()).status == "succeeded"
    assert await copy.difference() == EQUAL


@pytest.mark.parametrize("act", [whole, verify, repair])
async def test_one_fat_row_is_found_at_less_than_that(
    copy: Copy, odoo: UselessOdoo, act: Callable[[Copy], Any]
) -> None:
    fat = odoo.world.table(PARTNER).ids[30]
    odoo.world.execute(PARTNER, "write", [fat], {"comment": "x" * 2 * PAGE})
    odoo.fault = Fault("unsized", times=1)
    assert (await copy.sync()).status == "succeeded"
    assert (await act(copy)).status == "succeeded"
    assert len(await copy.rows()) == len(odoo.world.table(PARTNER).ids)
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        found = [
            (row.odoo_id, row.field, row.error_code) for row in await tx.all(tx.select(set_aside))
        ]
    assert found == [(fat, "comment", "odoo_answer_too_large")]
