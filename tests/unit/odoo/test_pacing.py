from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import cast

import pytest

from jumping_clock import jumping_clock
from odoosync.odoo.messages import Answer, Handler, Request
from odoosync.odoo.pacing import Gates, Pace


@dataclass
class SlowOdoo:
    """Remembers when calls began, and how many were under way at most."""

    begun: list[float] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    async def handle(self, _request: Request) -> Answer:
        self.begun.append(asyncio.get_running_loop().time())
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        return Answer(200, {}, b"", None)


async def ask(odoo: SlowOdoo, gates: Gates, pace: Pace, calls: int) -> None:
    handler = gates.handler(cast("Handler", odoo), 1, pace)
    await asyncio.gather(*(handler.handle(Request("POST", "http://odoo")) for _ in range(calls)))


async def test_calls_start_apart() -> None:
    odoo, pace = SlowOdoo(), Pace(spacing=2)
    with jumping_clock():
        await ask(odoo, Gates(), pace, 4)
    assert [at - odoo.begun[0] for at in odoo.begun] == pytest.approx([0, 2, 4, 6])


async def test_calls_of_two_runs_of_a_connection_share_its_slots() -> None:
    odoo, gates, pace = SlowOdoo(), Gates(), Pace(parallel=1)
    await asyncio.gather(ask(odoo, gates, pace, 3), ask(odoo, gates, pace, 3))
    assert (len(odoo.begun), odoo.most) == (6, 1)


async def test_a_call_that_is_cancelled_while_it_waits_takes_no_slot() -> None:
    gates, pace = Gates(), Pace(spacing=30, parallel=1)
    handler = gates.handler(cast("Handler", SlowOdoo()), 1, pace)
    await handler.handle(Request("GET", "http://odoo"))
    waiting = asyncio.create_task(handler.handle(Request("GET", "http://odoo")))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    again = asyncio.create_task(
        gates.handler(cast("Handler", SlowOdoo()), 1, Pace()).handle(Request("G", "x"))
    )
    assert (await again).status == 200


def test_nothing_is_put_before_a_transport_that_is_to_go_as_it_goes() -> None:
    odoo = cast("Handler", SlowOdoo())
    assert Gates().handler(odoo, 1, Pace()) is odoo
