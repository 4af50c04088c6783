"""The seed's profile endpoints: the credentials of the caller's active connection.

Shapes and messages are a contract, to the letter.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fastapi import Response

from odoosync.accounts import audit
from odoosync.api.auth import Manager, Reader
from odoosync.api.openapi import problems
from odoosync.api.ownership import owner_of
from odoosync.api.routing import new_router
from odoosync.api.schemas.connections import normal_extra_fields
from odoosync.api.schemas.credentials import (
    Credentials,
    CredentialsDeleted,
    CredentialsSet,
    CredentialsTested,
    NewCredentials,
    StoredCredentials,
    login_of,
    tested_view,
)
from odoosync.api.services import ServicesDep
from odoosync.connections import store
from odoosync.crypto import MASK

router = new_router(
    prefix="/api/v1/profile/odoo-credentials", tags=["profile"], ignores_unknown=True
)


_REVEALED_FOR: Final = timedelta(minutes=10)


@router.get("", summary="Get Odoo credentials", responses=problems(404, 409))
async def get_credentials(
    caller: Reader, services: ServicesDep, response: Response
) -> StoredCredentials:
    """Show the active credentials; the password only to its owner, shortly after signing in."""
    response.headers["Cache-Control"] = "no-store"
    now = services.clock()
    revealed = services.reveal_secrets and caller.gave_password_within(_REVEALED_FOR, now)
    async with services.database.tenant(caller.tenant_id) as tx:
        active = await store.active(tx)
        password = MASK
        if revealed:
            password = (await store.secret_of(tx, services.key_ring, active)).reveal()
            await audit.record(
                tx,
                "credentials.revealed",
                caller,
                at=now,
                connection_id=active.id,
                odoo_login=active.odoo_username,
            )
    return StoredCredentials(
        odoo_username=active.odoo_username,
        odoo_password=password,
        odoo_database=active.odoo_database,
        odoo_url=active.odoo_url,
    )


@router.post("", summary="Set Odoo credentials")
async def set_credentials(
    form: NewCredentials, caller: Manager, services: ServicesDep
) -> CredentialsSet:
    """Test the credentials; store them, sealed, only when they log in.

    Another URL or database is another connection, which is active from then on: `note` says so.
    """
    extra_fields = normal_extra_fields(form.extra_fields)
    login = login_of(form, services.default_odoo_url)
    tested, saved = await services.connections.save(owner_of(caller), login, extra_fields)
    return CredentialsSet(
        message="Odoo credentials updated successfully",
        odoo_uid=tested.odoo_uid,
        odoo_url=tested.odoo_url,
        odoo_database=tested.odoo_database,
        connection_id=saved.connection.id,
        note=saved.note,
    )


@router.post("/test", summary="Test Odoo credentials without saving them")
async def test_credentials(
    form: Credentials, caller: Manager, services: ServicesDep
) -> CredentialsTested:
    """Log in and count; a failure says at which stage, why, and what to do."""
    login = login_of(form, services.default_odoo_url)
    return tested_view(await services.connections.try_out(owner_of(caller), login))


@router.delete("", summary="Delete Odoo credentials", responses=problems(404, 409))
async def delete_credentials(caller: Manager, services: ServicesDep) -> CredentialsDeleted:
    """Remove the secret at once and hide the copy; what is syncing stops."""
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        active = await store.active(tx)
    await services.connections.delete(owner_of(caller), active.id)
    return CredentialsDeleted(message="Odoo credentials deleted successfully")
