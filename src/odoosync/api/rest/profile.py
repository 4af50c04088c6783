"""The seed's profile endpoints: the credentials of the caller's active connection.

Shapes and messages are a contract, to the letter.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from odoosync.accounts import audit
from odoosync.api.auth import Manager, Reader
from odoosync.api.openapi import problems
from odoosync.api.rest.connections import ExtraFields, normal_extra_fields, owner_of
from odoosync.api.routing import new_router
from odoosync.api.services import Services, ServicesDep
from odoosync.connections import store
from odoosync.connections.store import Tested
from odoosync.crypto import MASK
from odoosync.odoo.login import Login

router = new_router(
    prefix="/api/v1/profile/odoo-credentials", tags=["profile"], ignores_unknown=True
)

_REVEALED_FOR: Final = timedelta(minutes=10)

Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


class Credentials(BaseModel):
    """A login of one Odoo."""

    model_config = ConfigDict(extra="ignore")

    odoo_username: Filled = Field(examples=["admin"])
    odoo_password: SecretStr = Field(
        min_length=1, max_length=1024, description="The password, or an API key of Odoo."
    )
    odoo_database: Filled = Field(examples=["odoo_db"])
    odoo_url: str | None = Field(
        default=None,
        max_length=2048,
        description="Where Odoo is, as a browser shows it; ODOOSYNC_DEFAULT_ODOO_URL when left "
        "out. What was found there is stored and answered.",
        examples=["http://localhost:8069"],
    )


class NewCredentials(Credentials):
    """A login to store, and what to keep beyond the usual fields."""

    extra_fields: ExtraFields | None = Field(
        default=None, description="Fields to keep beyond the usual ones, by dataset or for all."
    )


class StoredCredentials(BaseModel):
    odoo_username: str
    odoo_password: str
    odoo_database: str
    odoo_url: str


class CredentialsSet(BaseModel):
    message: str
    odoo_uid: int
    odoo_url: str
    odoo_database: str
    connection_id: int = Field(description="The connection that has them, and is active now.")
    note: str | None = Field(
        description="Says so where reads and syncs meant another connection before.",
        examples=["connection 2 was created and is active now (before: 1)"],
    )


class CredentialsTested(BaseModel):
    message: str
    odoo_uid: int
    contact_count: int
    product_count: int
    odoo_url: str
    odoo_database: str


class CredentialsDeleted(BaseModel):
    message: str


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
    login = login_of(form, services)
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
    login = login_of(form, services)
    return tested_view(await services.connections.try_out(owner_of(caller), login))


@router.delete("", summary="Delete Odoo credentials", responses=problems(404, 409))
async def delete_credentials(caller: Manager, services: ServicesDep) -> CredentialsDeleted:
    """Remove the secret at once and hide the copy; what is syncing stops."""
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        active = await store.active(tx)
    await services.connections.delete(owner_of(caller), active.id)
    return CredentialsDeleted(message="Odoo credentials deleted successfully")


def tested_view(tested: Tested) -> CredentialsTested:
    return CredentialsTested(
        message="Odoo credentials test successful",
        odoo_uid=tested.odoo_uid,
        contact_count=tested.contact_count,
        product_count=tested.product_count,
        odoo_url=tested.odoo_url,
        odoo_database=tested.odoo_database,
    )


def login_of(form: Credentials, services: Services) -> Login:
    """Read the login that a form names. Raises InvalidInput."""
    return Login.typed(
        url=form.odoo_url or services.default_odoo_url,
        database=form.odoo_database,
        username=form.odoo_username,
        secret=form.odoo_password.get_secret_value(),
    )
