"""The caller's connections: what is stored of each Odoo, its secret never."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from odoosync.api.auth import Manager, Reader
from odoosync.api.parameters import RowId
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep
from odoosync.clock import iso
from odoosync.connections import store
from odoosync.connections.connection import ALL_DATASETS, Connection
from odoosync.errors import InvalidInput
from odoosync.sync.datasets import DATASETS

router = new_router(prefix="/api/v1/connections", tags=["connections"])

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
FieldNames = Annotated[list[FieldName], Field(max_length=200)]
ExtraFields = FieldNames | dict[str, FieldNames]
"""A list is meant for every dataset that has these fields."""


class ConnectionView(BaseModel):
    id: int
    name: str
    odoo_url: str
    odoo_database: str
    odoo_username: str
    odoo_version: str | None
    protocol: str | None
    extra_fields: dict[str, list[str]]
    is_active: bool
    created_at: str | None
    tested_at: str | None


class Connections(BaseModel):
    items: list[ConnectionView]


class ConnectionChange(BaseModel):
    """What can change; the pair of URL and database cannot."""

    model_config = ConfigDict(extra="forbid")

    extra_fields: ExtraFields = Field(
        description="Fields to keep beyond the usual ones; the next sync is a full one."
    )


def normal_extra_fields(given: ExtraFields | None) -> dict[str, list[str]] | None:
    """Return names by dataset. Raises InvalidInput."""
    if given is None:
        return None
    if isinstance(given, list):
        return {ALL_DATASETS: given} if given else {}
    for dataset in given:
        if dataset not in {ALL_DATASETS, *DATASETS}:
            known = ", ".join(DATASETS)
            raise InvalidInput(f"extra_fields: the datasets are {known}, and * for all of them.")
    return given


def connection_view(connection: Connection) -> ConnectionView:
    server: dict[str, Any] = connection.server or {}
    return ConnectionView(
        id=connection.id,
        name=connection.name,
        odoo_url=connection.odoo_url,
        odoo_database=connection.odoo_database,
        odoo_username=connection.odoo_username,
        odoo_version=server.get("serie"),
        protocol=server.get("protocol"),
        extra_fields=connection.extra_fields,
        is_active=connection.is_active,
        created_at=iso(connection.created_at),
        tested_at=iso(connection.tested_at),
    )


async def _own(connection_id: RowId, caller: Manager, services: ServicesDep) -> int:
    """Return the id of a connection of the caller's: decided before the body is looked at."""
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        return (await store.get(tx, connection_id)).id


OwnId = Annotated[int, Depends(_own)]


@router.get("", summary="List connections")
async def list_connections(caller: Reader, services: ServicesDep) -> Connections:
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        found = await store.every(tx)
    return Connections(items=[connection_view(connection) for connection in found])


@router.get("/{connection_id}", summary="Show a connection")
async def show_connection(
    connection_id: RowId, caller: Reader, services: ServicesDep
) -> ConnectionView:
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        return connection_view(await store.get(tx, connection_id))


@router.patch("/{connection_id}", summary="Choose extra fields")
async def change_connection(
    connection_id: OwnId, form: ConnectionChange, caller: Manager, services: ServicesDep
) -> ConnectionView:
    extra_fields = normal_extra_fields(form.extra_fields) or {}
    async with services.database.tenant(caller.tenant_id) as tx:
        await store.set_extra_fields(tx, connection_id, extra_fields, services.clock())
        return connection_view(await store.get(tx, connection_id))
