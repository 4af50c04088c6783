from __future__ import annotations

from sqlalchemy import update

from lane_world import populate
from odoosync.connections.sealing import keys_in_use
from odoosync.connections.tables import connections
from odoosync.db import Database


async def test_keys_that_stored_secrets_need_are_told_over_all_tenants(database: Database) -> None:
    made = await populate(database, [1, 2, 2])
    for number, connection_id in enumerate(made[:2]):
        change = update(connections).where(connections.c.id == connection_id)
        async with database.system() as tx:
            await tx.execute(change.values(sealed_secret=f"1.k{number}.AAAA"))
    assert await keys_in_use(database) == {"k0", "k1"}
