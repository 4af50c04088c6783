from __future__ import annotations

import asyncio

import pytest

from jumping_clock import jumping_clock
from odoosync.addresses.origin import Origin
from odoosync.odoo import throttle
from odoosync.odoo.throttle import Throttle


async def test_calls_to_the_cloud_of_odoo_go_one_by_one_and_apart() -> None:
    gate = Throttle(parallel=4, slow_spacing=2.0)
    begun: list[float] = []

    async def call() -> None:
        async with gate.slot(Origin("https", "acme.odoo.com", 443), patience=60):
            begun.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.5)

    with jumping_clock():
        await asyncio.gather(*(call() for _ in range(3)))
    assert [at - begun[0] for at in begun] == pytest.approx([0, 2, 4])


async def test_a_slow_call_to_the_cloud_of_odoo_has_no_other_beside_it() -> None:
    gate = Throttle(parallel=4, slow_spacing=1.0)
    under_way = most = 0

    async def call() -> None:
        nonlocal under_way, most
        async with gate.slot(Origin("https", "acme.odoo.com", 443), patience=60):
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(5)
            under_way -= 1

    with jumping_clock():
        await asyncio.gather(*(call() for _ in range(3)))
    assert most == 1


async def test_an_origin_that_is_slowed_down_pauses_and_goes_one_by_one_from_then_on() -> None:
    gate, origin = Throttle(parallel=4, slow_spacing=2.0), Origin("https", "odoo.example", 443)
    begun: list[float] = []

    async def call() -> None:
        async with gate.slot(origin, patience=60):
            begun.append(asyncio.get_running_loop().time())
            await asyncio.sleep(0.5)

    with jumping_clock():
        start = asyncio.get_running_loop().time()
        gate.slow_down(origin, 7.0)
        await call()
        await asyncio.gather(*(call() for _ in range(3)))
    assert [at - start for at in begun] == pytest.approx([7, 9, 11, 13])


@pytest.mark.parametrize(
    ("host", "hosted"),
    [("acme.odoo.com", True), ("odoo.com", True), ("acme.odoo.sh", False), ("notodoo.com", False)],
)
def test_the_cloud_of_odoo_is_told_by_its_domain(host: str, hosted: bool) -> None:  # noqa: FBT001
    assert throttle.is_hosted(host) is hosted
