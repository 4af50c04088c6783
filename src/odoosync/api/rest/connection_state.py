"""Which connection is active, and which ones rest."""

from __future__ import annotations

from odoosync.api.auth import Manager
from odoosync.api.ownership import ManagedId, owner_of
from odoosync.api.routing import new_router
from odoosync.api.schemas.connections import ConnectionView, activation_view, connection_view
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1/connections", tags=["connections"])


@router.post("/{connection_id}/activate", summary="Make a connection the active one")
async def activate_connection(
    connection_id: ManagedId, caller: Manager, services: ServicesDep
) -> ConnectionView:
    """Have it meant wherever no connection is named."""
    return activation_view(await services.connections.activate(owner_of(caller), connection_id))


@router.post("/{connection_id}/pause", summary="Pause a connection")
async def pause_connection(
    connection_id: ManagedId, caller: Manager, services: ServicesDep
) -> ConnectionView:
    """Sync nothing, by schedule or by hand, until it is resumed; what is syncing stops."""
    return connection_view(await services.connections.pause(owner_of(caller), connection_id))


@router.post("/{connection_id}/resume", summary="Resume a connection")
async def resume_connection(
    connection_id: ManagedId, caller: Manager, services: ServicesDep
) -> ConnectionView:
    return connection_view(await services.connections.resume(owner_of(caller), connection_id))
