"""Fields that a version of Odoo lacks are nothing to tell; what changed since the last run is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from integration.sync.copying import Copy, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from integration.sync.test_fields import want
from integration.sync.test_resume import vanish
from integration.verify.checking import contacts
from odoo_sandbox import World, seed_world
from odoo_sandbox.fields import boolean, char
from odoosync.db import Database
from odoosync.sync.cursors import field_types

PARTNER, TEMPLATE = "res.partner", "product.template"


async def sync(copy: Copy, dataset: str = "contacts") -> tuple[list[str] | None, list[str]]:
    """Sync once; returns the run's drift and its warnings."""
    with capture_logs() as lines:
        run = await copy.sync(dataset)
    assert run.status == "succeeded"
    return run.drift, [line["event"] for line in lines if line["log_level"] == "warning"]


@pytest.mark.parametrize("version", [16, 17, 18, 19])
async def test_what_is_normal_for_a_version_is_no_drift_and_no_warning(
    database: Database, clock: HandClock, version: int
) -> None:
    world = seed_world(version, contacts=5, products=5, clock=clock)
    copy = await open_copy(database, DirectOdoo(world), clock)
    for dataset in ("contacts", "products", "product_variants", "products"):
        assert await sync(copy, dataset) == (None, [])


async def test_a_field_that_goes_is_told_once(synced: Copy, world: World) -> None:
    vanish(world, "function")
    assert await sync(synced) == (["function"], ["fields_changed"])
    assert (await synced.sync()).drift is None
    world.add_field(PARTNER, char("function", "Job Position"))
    assert (await synced.sync()).drift is None
    vanish(world, "function")
    assert (await synced.sync()).drift == ["function"]


async def test_a_field_of_another_type_is_told_once(synced: Copy, world: World) -> None:
    table = world.table(PARTNER)
    fields = {**table.model.fields, "ref": replace(table.model.fields["ref"], type="text")}
    table.model = replace(table.model, fields=fields)
    assert (await synced.sync()).drift == ["ref"]
    assert (await synced.sync()).drift is None


async def test_a_wanted_field_that_is_nowhere_is_told_once(synced: Copy) -> None:
    await want(synced, contacts=["x_nowhere"])
    assert (await synced.sync()).drift == ["x_nowhere"]
    assert (await synced.sync()).drift is None


async def test_absent_fields_are_described_and_verification_does_not_ask_for_them(
    synced: Copy, world: World
) -> None:
    async with synced.database.tenant(synced.tenant_id, write=False) as tx:
        described = await field_types(tx, synced.connection_id, "contacts")
    assert described["mobile"]["absent"]
    assert "absent" not in described["phone"]
    world.add_field(PARTNER, char("mobile", "Mobile"))
    run = await contacts(synced)
    assert (run.truth, run.error) == (1.0, None)


async def test_whether_stock_is_tracked_is_kept(
    database: Database, odoo: DirectOdoo, clock: HandClock
) -> None:
    odoo.world.add_field(TEMPLATE, boolean("is_storable", "Track Inventory", default=True))
    copy = await open_copy(database, odoo, clock)
    await copy.sync("products")
    template = odoo.world.table(TEMPLATE).ids[0]
    kept = await copy.data(template, "products")
    assert "is_storable" in kept
