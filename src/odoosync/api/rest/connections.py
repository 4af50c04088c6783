"""The caller's connections: what is stored of each Odoo, its secret never."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from odoosync.api.auth import Manager, Reader
from odoosync.api.ownership import ManagedId, owner_of
from odoosync.api.parameters import RowId
from odoosync.api.reading.connection_problem import troubles
from odoosync.api.routing import new_router
from odoosync.api.schemas.connections import (
    ConnectionChange,
    Connections,
    ConnectionView,
    change_of,
    connection_view,
)
from odoosync.api.services import ServicesDep
from odoosync.connections import store

router = new_router(prefix="/api/v1/connections", tags=["connections"])


WithDeleted = Annotated[
    bool, Query(description="Show connections, too, that are deleted and can be restored.")
]


@router.get("", summary="List connections")
async def list_connections(
    caller: Reader, services: ServicesDep, *, include_deleted: WithDeleted = False
) -> Connections:
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        found = await store.every(tx, include_deleted=include_deleted)
        told = await troubles(tx, found)
    return Connections(items=[connection_view(one, told.get(one.id)) for one in found])


@router.get("/{connection_id}", summary="Show a connection")
async def show_connection(
    connection_id: RowId,
    caller: Reader,
    services: ServicesDep,
    *,
    include_deleted: WithDeleted = False,
) -> ConnectionView:
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        found = await store.get(tx, connection_id, include_deleted=include_deleted)
        told = await troubles(tx, [found])
    return connection_view(found, told.get(found.id))


@router.patch("/{connection_id}", summary="Change a connection")
async def change_connection(
    connection_id: ManagedId, form: ConnectionChange, caller: Manager, services: ServicesDep
) -> ConnectionView:
    """Change what is sent. Credentials have an address of their own."""
    change = change_of(form.name, form.extra_fields, form.preferences)
    changed = await services.connections.change(owner_of(caller), connection_id, change)
    return connection_view(changed)


@router.delete("/{connection_id}", summary="Delete a connection")
async def delete_connection(
    connection_id: ManagedId, caller: Manager, services: ServicesDep
) -> ConnectionView:
    """Remove the secret at once and hide the copy, which is removed after a grace period."""
    return connection_view(await services.connections.delete(owner_of(caller), connection_id))
