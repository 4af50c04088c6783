"""The datasets of the connection that a request means, or as they are declared."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odoosync.connections import store as connections
from odoosync.connections.errors import NoCredentials
from odoosync.db import Database
from odoosync.sync.dataset_views import dataset_views, declared_views


async def list_datasets(
    database: Database, tenant_id: int, connection_id: int | None, now: datetime
) -> list[dict[str, Any]]:
    """List them as a connection has them; as declared for a user without a connection.

    Raises NoConnection, NoActiveConnection.
    """
    async with database.tenant(tenant_id, write=False) as tx:
        try:
            connection = await connections.chosen(tx, connection_id)
        except NoCredentials:
            return declared_views()
        return await dataset_views(tx, connection, now)
