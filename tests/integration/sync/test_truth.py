"""Facts of Odoo that a sync must get right, each on both databases."""

from __future__ import annotations

import pytest

from integration.sync.copying import EQUAL, Copy


@pytest.mark.parametrize("dataset", ["contacts", "products", "product_variants"])
async def test_a_first_sync_equals_odoo(synced: Copy, dataset: str) -> None:
    assert await synced.difference(dataset) == EQUAL


async def test_a_quiet_sync_asks_little(synced: Copy) -> None:
    synced.odoo.asked.clear()
    run = await synced.sync()
    assert (run.status, run.fetched, run.updated) == ("succeeded", 0, 0)
    assert len(synced.odoo.asked) <= 8
