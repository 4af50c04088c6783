from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass, field
from typing import cast

import pytest

from jumping_clock import jumping_clock
from odoosync.odoo.errors import ServerBusy
from odoosync.odoo.limiter import LimitedHandler, Limiter, Limiters, Pace, is_hosted
from odoosync.odoo.messages import Answer, Handler, Request

SLOW = Pace(spacing=2.0, parallel=1)


@dataclass
class SlowOdoo:
    """Remembers when calls began, and how many were under way at most."""

    takes_s: float = 0.0
    begun: list[float] = field(default_factory=list)
    under_way: int = 0
    most: int = 0

    async def handle(self, _request: Request) -> Answer:
        self.begun.append(asyncio.get_running_loop().time())
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(self.takes_s)
        self.under_way -= 1
        return Answer(200, {}, b"", None)


async def ask(odoo: SlowOdoo, limiter: Limiter, calls: int) -> None:
    handler = LimitedHandler(cast("Handler", odoo), limiter)
    await asyncio.gather(*(handler.handle(Request("POST", "http://odoo")) for _ in range(calls)))


async def test_calls_start_apart() -> None:
    odoo = SlowOdoo()
    with jumping_clock():
        await ask(odoo, Limiter(Pace(spacing=2)), 4)
    assert [at - odoo.begun[0] for at in odoo.begun] == pytest.approx([0, 2, 4, 6])


async def test_calls_that_are_kept_apart_may_be_under_way_together() -> None:
    odoo = SlowOdoo(takes_s=5)
    with jumping_clock():
        await ask(odoo, Limiter(Pace(spacing=2)), 3)
    assert odoo.most == 3


async def test_a_slow_call_has_no_other_beside_it_where_one_is_allowed() -> None:
    odoo = SlowOdoo(takes_s=5)
    with jumping_clock():
        await ask(odoo, Limiter(SLOW), 3)
    assert [at - odoo.begun[0] for at in odoo.begun] == pytest.approx([0, 5, 10])
    assert odoo.most == 1


async def test_calls_of_one_key_share_its_slots() -> None:
    odoo, limiters, pace = SlowOdoo(), Limiters(), Pace(parallel=1)
    await asyncio.gather(*(ask(odoo, limiters.of(1, pace), 3) for _ in range(2)))
    assert (len(odoo.begun), odoo.most) == (6, 1)


async def test_who_waits_too_long_for_a_slot_is_told_so() -> None:
    limiter = Limiter(Pace(parallel=1))
    async with limiter.slot():
        with jumping_clock(), pytest.raises(ServerBusy):
            async with limiter.slot(within_s=30):
                pass


async def test_a_server_that_is_slowed_down_pauses_and_goes_one_by_one_from_then_on() -> None:
    odoo, limiters = SlowOdoo(takes_s=0.5), Limiters(SLOW)
    limiter = limiters.of("odoo", Pace(parallel=4))
    with jumping_clock():
        start = asyncio.get_running_loop().time()
        limiters.slow_down("odoo", limiter, 7.0)
        await ask(odoo, limiter, 1)
        await ask(odoo, limiter, 3)
    assert [at - start for at in odoo.begun] == pytest.approx([7, 9, 11, 13])


async def test_a_call_that_is_cancelled_while_it_waits_takes_no_slot() -> None:
    limiter = Limiter(Pace(parallel=1))
    async with limiter.slot():
        waiting = asyncio.create_task(ask(SlowOdoo(), limiter, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with limiter.slot(within_s=0.0):
        pass


def test_one_that_nobody_uses_is_forgotten_unless_it_keeps_calls_apart() -> None:
    limiters = Limiters()
    usual, slow = limiters.of("a", Pace(parallel=4)), limiters.of("b", SLOW)
    assert limiters.of("a", Pace(parallel=4)) is usual
    remembered = id(slow)
    del usual, slow
    gc.collect()
    assert id(limiters.of("b", SLOW)) == remembered
    assert len(limiters._in_use) == 1


def test_one_that_is_slowed_down_is_remembered() -> None:
    limiters = Limiters(SLOW)

    async def slow_down() -> None:
        limiters.slow_down("a", limiters.of("a", Pace(parallel=4)), None)

    asyncio.run(slow_down())
    gc.collect()
    assert limiters.of("a", Pace(parallel=4)).pace == SLOW


def test_another_pace_is_another_limiter() -> None:
    limiters = Limiters()
    first = limiters.of(1, SLOW)
    assert limiters.of(1, Pace(parallel=3)) is not first


@pytest.mark.parametrize(
    ("host", "hosted"),
    [("acme.odoo.com", True), ("odoo.com", True), ("acme.odoo.sh", False), ("notodoo.com", False)],
)
def test_the_cloud_of_odoo_is_told_by_its_domain(host: str, hosted: bool) -> None:  # noqa: FBT001
    assert is_hosted(host) is hosted
