"""Whose a connection is: decided before the body of a request is looked at."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from odoosync.accounts import Principal, audit
from odoosync.api.auth import Manager, Syncer
from odoosync.api.parameters import RowId
from odoosync.api.services import Services, ServicesDep
from odoosync.connections import store as connections
from odoosync.connections.service import Owner


def owner_of(caller: Principal) -> Owner:
    return Owner(caller.tenant_id, audit.Actor.of(caller))


async def get_managed(connection_id: RowId, caller: Manager, services: ServicesDep) -> int:
    """Return the id of a connection of the caller's, who may manage it. Raises NoConnection."""
    return await _own(connection_id, caller, services)


async def get_synced(connection_id: RowId, caller: Syncer, services: ServicesDep) -> int:
    """Return the id of a connection of the caller's, who may sync it. Raises NoConnection."""
    return await _own(connection_id, caller, services)


async def _own(connection_id: int, caller: Principal, services: Services) -> int:
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        return (await connections.get(tx, connection_id)).id


ManagedId = Annotated[int, Depends(get_managed)]
SyncedId = Annotated[int, Depends(get_synced)]
