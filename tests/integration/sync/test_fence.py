"""Whatever a sync writes, it writes under its fence."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from integration.sync.copying import Copy
from odoosync.jobs.errors import LeaseLost
from odoosync.sync import cursors
from odoosync.sync.engine import ids


async def test_an_attempt_that_lost_its_run_confirms_no_ids_of_a_large_dataset(
    synced: Copy, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ids, "SCAN_UP_TO", 0)
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))

    def lose_run(_model: str, method: str) -> None:
        if "read_group" in method:
            with engine.begin() as connection:
                connection.execute(text("UPDATE runs SET fence = fence + 1"))

    async def confirmed() -> object:
        async with synced.database.tenant(synced.tenant_id, write=False) as tx:
            return await cursors.confirmed(tx, synced.connection_id, "contacts")

    before = await confirmed()
    synced.odoo.after = lose_run
    await synced.ask("contacts")
    with pytest.raises(LeaseLost):
        await synced.attempt(await synced.take())
    assert await confirmed() == before
    engine.dispose()
