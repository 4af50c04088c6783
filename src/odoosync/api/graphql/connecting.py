"""What an owner does to their connections. Each needs the scope `manage`.

Whose a connection is, is decided before anything else is looked at, as over REST, whose forms these
arguments are read by.
"""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.scalars import JSON

from odoosync.api.graphql.connections import Connection
from odoosync.api.graphql.context import Info
from odoosync.api.ownership import owner_of
from odoosync.api.schemas.connections import (
    ConnectionChange,
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
from odoosync.api.validation import read_form
from odoosync.connections import store
from odoosync.connections.service import ConnectionService, Owner


@strawberry.type(description="Credentials that logged in, and what they see there.")
class TestedConnection:
    message: str
    odoo_uid: int
    contact_count: int
    product_count: int
    odoo_url: str
    odoo_database: str


async def _own(
    info: Info, connection_id: int, *, include_deleted: bool = False
) -> tuple[ConnectionService, Owner]:
    """Return what acts, and for whom. Raises ScopeMissing, NoConnection."""
    caller, services = info.context.need("manage"), info.context.services
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        await store.get(tx, connection_id, include_deleted=include_deleted)
    return services.connections, owner_of(caller)


async def _create(
    info: Info,
    odoo_username: str,
    odoo_password: str,
    odoo_database: str,
    *,
    odoo_url: str | None = None,
    name: str | None = None,
    extra_fields: JSON | None = None,
    preferences: JSON | None = None,
    activate: bool = False,
) -> dict[str, Any]:
    caller, services = info.context.need("manage"), info.context.services
    given = {
        "odoo_username": odoo_username,
        "odoo_password": odoo_password,
        "odoo_database": odoo_database,
        "odoo_url": odoo_url,
        "name": name,
        "extra_fields": extra_fields,
        "preferences": preferences,
    }
    form = read_form(NewConnection, given)
    change = change_of(form.name, form.extra_fields, form.preferences)
    login = login_of(form, services.default_odoo_url)
    made = await services.connections.create(owner_of(caller), login, change, activate=activate)
    return activation_view(made).model_dump()


async def _change(
    info: Info,
    connection_id: int,
    *,
    name: str | None = None,
    extra_fields: JSON | None = None,
    preferences: JSON | None = None,
) -> dict[str, Any]:
    service, owner = await _own(info, connection_id)
    given = {"name": name, "extra_fields": extra_fields, "preferences": preferences}
    form = read_form(ConnectionChange, given)
    change = change_of(form.name, form.extra_fields, form.preferences)
    return connection_view(await service.change(owner, connection_id, change)).model_dump()


def _login(odoo_username: str | None, odoo_password: str) -> tuple[str | None, str]:
    given = {"odoo_username": odoo_username, "odoo_password": odoo_password}
    form = read_form(NewLogin, given)
    return form.odoo_username, form.odoo_password.get_secret_value()


async def _change_credentials(
    info: Info, connection_id: int, odoo_password: str, odoo_username: str | None = None
) -> dict[str, Any]:
    service, owner = await _own(info, connection_id)
    login = _login(odoo_username, odoo_password)
    return connection_view(
        await service.change_credentials(owner, connection_id, *login)
    ).model_dump()


async def _test(
    info: Info,
    connection_id: int,
    odoo_username: str | None = None,
    odoo_password: str | None = None,
) -> CredentialsTested:
    service, owner = await _own(info, connection_id)
    given = {"odoo_username": odoo_username, "odoo_password": odoo_password}
    form = read_form(LoginToTest, given)
    tested = await service.test(owner, connection_id, form.odoo_username, form.secret())
    return tested_view(tested)


async def _activate(info: Info, connection_id: int) -> dict[str, Any]:
    service, owner = await _own(info, connection_id)
    return activation_view(await service.activate(owner, connection_id)).model_dump()


async def _pause(info: Info, connection_id: int) -> dict[str, Any]:
    service, owner = await _own(info, connection_id)
    return connection_view(await service.pause(owner, connection_id)).model_dump()


async def _resume(info: Info, connection_id: int) -> dict[str, Any]:
    service, owner = await _own(info, connection_id)
    return connection_view(await service.resume(owner, connection_id)).model_dump()


async def _delete(info: Info, connection_id: int) -> dict[str, Any]:
    service, owner = await _own(info, connection_id)
    return connection_view(await service.delete(owner, connection_id)).model_dump()


async def _restore(
    info: Info, connection_id: int, odoo_password: str, odoo_username: str | None = None
) -> dict[str, Any]:
    service, owner = await _own(info, connection_id, include_deleted=True)
    login = _login(odoo_username, odoo_password)
    return activation_view(await service.restore(owner, connection_id, *login)).model_dump()


def _mutation(resolver: Any, description: str, answer: type = Connection) -> Any:
    return strawberry.mutation(resolver=resolver, graphql_type=answer, description=description)


create_connection_field = _mutation(
    _create, "Store an Odoo beside others, once its credentials have logged in."
)
change_connection_field = _mutation(
    _change, "Rename it, or change what it keeps and how it is synced; what is left out stays."
)
change_credentials_field = _mutation(
    _change_credentials, "Store another login or secret, once it has logged in."
)
test_connection_field = _mutation(
    _test, "Log in with what is stored, or with what is sent, and save nothing.", TestedConnection
)
activate_connection_field = _mutation(_activate, "Have it meant wherever no connection is named.")
pause_connection_field = _mutation(
    _pause, "Sync nothing until it is resumed; what is syncing stops."
)
resume_connection_field = _mutation(_resume, "Let it be synced again.")
delete_connection_field = _mutation(
    _delete, "Remove the secret at once, the copy after a grace period. No other becomes active."
)
restore_connection_field = _mutation(
    _restore, "Bring a deleted one back with its copy, by credentials that log in."
)
