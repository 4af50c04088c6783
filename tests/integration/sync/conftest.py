from __future__ import annotations

import pytest

from integration.sync.copying import Copy, FragileDatabase, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from odoo_sandbox import World, seed_world
from odoosync.db import Database


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def world(clock: HandClock) -> World:
    return seed_world(19, contacts=60, products=12, clock=clock)


@pytest.fixture
def odoo(world: World) -> DirectOdoo:
    return DirectOdoo(world)


@pytest.fixture
def fragile(database: Database) -> FragileDatabase:
    return FragileDatabase(database)


@pytest.fixture
async def copy(fragile: FragileDatabase, odoo: DirectOdoo, clock: HandClock) -> Copy:
    """A copy that nothing was synced into yet."""
    return await open_copy(fragile, odoo, clock)


@pytest.fixture
async def synced(copy: Copy, clock: HandClock) -> Copy:
    """A copy whose datasets were synced once, an hour ago."""
    for dataset in ("contacts", "products", "product_variants"):
        await copy.sync(dataset)
    clock.advance(3600)
    return copy
