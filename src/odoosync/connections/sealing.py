"""Which keys the stored secrets need, over all tenants: whoever keeps the keys must know."""

from __future__ import annotations

from sqlalchemy import select

from odoosync.connections.tables import connections
from odoosync.db import Database


async def keys_in_use(database: Database) -> set[str]:
    """Return the ids of the keys that stored secrets are sealed with; opens none of them."""
    stored = select(connections.c.sealed_secret).where(connections.c.sealed_secret.is_not(None))
    async with database.system(write=False) as tx:
        return {row.sealed_secret.split(".")[1] for row in await tx.all(stored)}
