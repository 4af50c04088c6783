"""Which keys the secrets of webhooks need, over all tenants: whoever keeps the keys must know."""

from __future__ import annotations

from sqlalchemy import select

from odoosync.db import Database
from odoosync.notifications.tables import webhooks


async def keys_in_use(database: Database) -> set[str]:
    """Return the ids of the keys that secrets are sealed with; opens none of them."""
    query = select(webhooks.c.sealed_secret, webhooks.c.sealed_previous)
    async with database.system(write=False) as tx:
        found = [sealed for row in await tx.all(query) for sealed in row if sealed]
    return {sealed.split(".")[1] for sealed in found}
