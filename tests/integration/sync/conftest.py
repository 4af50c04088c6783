from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.sync.copying import KEY, Copy, FragileDatabase, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from odoo_sandbox import World, seed_world
from odoosync.crypto import KeyRing
from odoosync.db import Database, open_database
from snapshots import Snapshot, take_snapshot


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def world(clock: HandClock) -> World:
    return new_world(clock)


def new_world(clock: HandClock) -> World:
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


@dataclass(frozen=True)
class Synced:
    """A database with a copy whose datasets were synced once, and what opens its secrets."""

    snapshot: Snapshot
    tenant_id: int
    connection_id: int
    key_ring: KeyRing


@pytest.fixture(scope="session")
def synced_once() -> dict[str, Synced]:
    """What the first test of the process that needs it has made, by dialect."""
    return {}


async def sync_once(url: str, folder: Path) -> Synced:
    clock = HandClock()
    database = open_database(url)
    copy = await open_copy(database, DirectOdoo(new_world(clock)), clock)
    for dataset in ("contacts", "products", "product_variants"):
        await copy.sync(dataset)
    await database.close()
    snapshot = take_snapshot(url, folder)
    return Synced(snapshot, copy.tenant_id, copy.connection_id, copy.key_ring)


@pytest.fixture
async def synced(
    database_url: str,
    fragile: FragileDatabase,
    odoo: DirectOdoo,
    clock: HandClock,
    synced_once: dict[str, Synced],
    tmp_path_factory: pytest.TempPathFactory,
) -> Copy:
    """A copy whose datasets were synced once, an hour ago."""
    kept = synced_once.get(fragile.dialect)
    if kept is None:
        kept = await sync_once(database_url, tmp_path_factory.mktemp("synced"))
        synced_once[fragile.dialect] = kept
    else:
        kept.snapshot.restore(database_url)
    odoo.world.add_key("admin", KEY)
    clock.advance(3600)
    return Copy(fragile, odoo, clock, kept.tenant_id, kept.connection_id, kept.key_ring)
