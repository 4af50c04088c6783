"""Syncs of several datasets at once: they share names, and neither database makes them wait."""

from __future__ import annotations

import asyncio

from integration.sync.copying import EQUAL, Copy
from queue_world import claim
from waiting import PATIENCE_S

DATASETS = ("contacts", "products", "product_variants")


async def test_all_datasets_at_once_end_well_and_equal(copy: Copy) -> None:
    for step in range(3):
        asked = [await copy.ask(dataset, full=step == 1) for dataset in DATASETS]
        claims = await claim(copy.database, lease_s=PATIENCE_S)
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*(copy.attempt(due) for due in claims))
        assert [(await copy.run(run_id)).status for run_id in asked] == ["succeeded"] * 3
        copy.clock.advance(90_000)
    for dataset in DATASETS:
        assert await copy.difference(dataset) == EQUAL
