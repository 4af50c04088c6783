"""Fields that go or come while a sync is going on, over both protocols: told as drift, no error."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from integration.sync.copying import EQUAL, Copy
from integration.sync.direct import HandClock
from integration.sync.test_resume import PARTNER, small_pages, vanish
from odoo_sandbox import World, seed_world
from odoo_sandbox.fields import char

__all__ = ["small_pages"]


@pytest.fixture(params=[16, 18, 19])
def world(request: pytest.FixtureRequest, clock: HandClock) -> World:
    """16 and 18 speak JSON-RPC, 19 speaks JSON-2."""
    return seed_world(request.param, contacts=60, products=12, clock=clock)


def at_page(copy: Copy, number: int, happens: Callable[[], None]) -> None:
    pages = 0

    def after(_model: str, method: str) -> None:
        nonlocal pages
        pages += method == "search_read"
        if pages == number and method == "search_read":
            happens()

    copy.odoo.after = after


async def test_a_field_that_goes_between_two_pages_is_drift(copy: Copy, world: World) -> None:
    at_page(copy, 4, lambda: vanish(world, "function"))
    run = await copy.sync()
    assert (run.status, run.error) == ("succeeded", None)
    assert "function" in run.drift
    assert await copy.difference() == EQUAL


async def test_a_field_that_comes_between_two_pages_waits_for_the_next_run(
    copy: Copy, world: World
) -> None:
    vanish(world, "function")
    at_page(copy, 4, lambda: world.add_field(PARTNER, char("function", "Job Position")))
    assert (await copy.sync()).status == "succeeded"
    run = await copy.sync()
    assert run.mode == "full"
    assert "function" not in (run.drift or [])
    assert await copy.difference() == EQUAL
