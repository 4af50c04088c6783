"""Connections come to be, and come back, by credentials that log in; nothing else is stored."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, status

from odoosync.api.auth import Manager
from odoosync.api.openapi import problems
from odoosync.api.ownership import ManagedId, owner_of
from odoosync.api.parameters import RowId
from odoosync.api.routing import new_router
from odoosync.api.schemas.connections import (
    ConnectionView,
    activation_view,
    change_of,
    connection_view,
)
from odoosync.api.schemas.credentials import (
    CredentialsTested,
    LoginToTest,
    NewConnection,
    NewLogin,
    login_of,
    tested_view,
)
from odoosync.api.services import ServicesDep
from odoosync.connections import store

router = new_router(prefix="/api/v1/connections", tags=["connections"])


async def _own_or_deleted(connection_id: RowId, caller: Manager, services: ServicesDep) -> int:
    """Return the id of a connection of the caller's: decided before the body is looked at."""
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        return (await store.get(tx, connection_id, include_deleted=True)).id


@router.post("", status_code=status.HTTP_201_CREATED, summary="Create a connection")
async def create_connection(
    form: NewConnection, caller: Manager, services: ServicesDep
) -> ConnectionView:
    """Test the credentials; store them, sealed, only when they log in.

    A connection to the same URL and database that was deleted comes back with its copy.
    """
    login = login_of(form, services.default_odoo_url)
    change = change_of(form.name, form.extra_fields, form.preferences)
    made = await services.connections.create(
        owner_of(caller), login, change, activate=form.activate
    )
    return activation_view(made)


@router.put("/{connection_id}/credentials", summary="Change credentials")
async def change_credentials(
    connection_id: ManagedId, form: NewLogin, caller: Manager, services: ServicesDep
) -> ConnectionView:
    """Test the credentials, then store them. Another login makes the next sync a full one."""
    changed = await services.connections.change_credentials(
        owner_of(caller),
        connection_id,
        form.odoo_username,
        form.odoo_password.get_secret_value(),
    )
    return connection_view(changed)


@router.post("/{connection_id}/test", summary="Test a connection")
async def try_connection(
    connection_id: ManagedId,
    caller: Manager,
    services: ServicesDep,
    form: LoginToTest | None = None,
) -> CredentialsTested:
    """Log in with the stored credentials, or with others that are not saved, and count."""
    wanted = form or LoginToTest()
    tested = await services.connections.test(
        owner_of(caller), connection_id, wanted.odoo_username, wanted.secret()
    )
    return tested_view(tested)


@router.post(
    "/{connection_id}/restore", summary="Restore a deleted connection", responses=problems(409)
)
async def restore_connection(
    connection_id: Annotated[int, Depends(_own_or_deleted)],
    form: NewLogin,
    caller: Manager,
    services: ServicesDep,
) -> ConnectionView:
    """Bring it back with its copy, by credentials that log in: the old secret is gone."""
    restored = await services.connections.restore(
        owner_of(caller),
        connection_id,
        form.odoo_username,
        form.odoo_password.get_secret_value(),
    )
    return activation_view(restored)
