"""A tenant whose copies hold as many records as they may."""

from __future__ import annotations

from integration.sync.copying import EQUAL, Copy
from odoosync.quotas import Quotas

PARTNER = "res.partner"


async def test_a_sync_that_adds_too_many_records_fails_and_says_so(copy: Copy) -> None:
    copy.quotas = Quotas(rows=10)
    run = await copy.sync()
    assert (run.status, run.error_code) == ("failed", "quota_reached")
    assert "10 records" in run.error
    assert len(await copy.rows()) <= 10
    copy.quotas = Quotas()
    assert (await copy.sync()).status == "succeeded"
    assert await copy.difference() == EQUAL


async def test_a_full_copy_is_still_brought_up_to_date(synced: Copy) -> None:
    held = sum([len(await synced.rows(name)) for name in ("contacts", "products")])
    held += len(await synced.rows("product_variants"))
    synced.quotas = Quotas(rows=held)
    known = synced.world.table(PARTNER).ids[3]
    synced.world.execute(PARTNER, "write", [known], {"ref": "new"})
    synced.clock.advance(600)
    assert (await synced.sync()).status == "succeeded"
    assert (await synced.data(known))["ref"] == "new"
    synced.world.execute(PARTNER, "create", {"name": "One more"})
    synced.clock.advance(600)
    assert (await synced.sync()).error_code == "quota_reached"
