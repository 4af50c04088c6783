"""Connections, as all surfaces take and show them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from odoosync.api.forms import Form
from odoosync.api.reading.connection_problem import Trouble
from odoosync.api.schemas.preferences import (
    FieldNames,
    PreferencesForm,
    PreferencesView,
    changes_of,
    preferences_view,
)
from odoosync.clock import iso
from odoosync.connections.activation import ActivationResult
from odoosync.connections.connection import ALL_DATASETS, Connection
from odoosync.connections.service import Change
from odoosync.errors import InvalidInput
from odoosync.spelling import no_such
from odoosync.sync.datasets import DATASETS

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]


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
    preferences: PreferencesView
    is_active: bool
    created_at: str | None
    tested_at: str | None
    paused_at: str | None = Field(description="Since when nothing is synced.")
    rate_limited_since: str | None = Field(
        description="When its Odoo first answered 429: from then on it is asked one call a second."
    )
    deleted_at: str | None
    removed_from: str | None = Field(
        description="Of a deleted connection: until then it can be restored."
    )
    trouble: Trouble | None = Field(
        default=None, description="Of a connection that is read: why its Odoo does not answer."
    )
    note: str | None = Field(
        default=None,
        description="Of an act that switched from another connection to this one: says so.",
        examples=["connection 2 was created and is active now (before: 1)"],
    )


class Connections(BaseModel):
    items: list[ConnectionView]


class ConnectionChange(Form):
    """What can change; the pair of URL and database cannot."""

    name: Name | None = Field(default=None, description="What people call it.")
    extra_fields: ExtraFields | None = Field(
        default=None,
        description="Fields to keep beyond the usual ones; the next sync is a full one.",
    )
    preferences: PreferencesForm | None = Field(
        default=None, description="How to sync; preferences that are left out stay."
    )


def normal_extra_fields(given: ExtraFields | None) -> dict[str, list[str]] | None:
    """Return names by dataset. Raises InvalidInput."""
    if given is None:
        return None
    if isinstance(given, list):
        return {ALL_DATASETS: given} if given else {}
    for dataset in given:
        if dataset not in {ALL_DATASETS, *DATASETS}:
            known = [*DATASETS, ALL_DATASETS]
            raise InvalidInput(f"extra_fields: {no_such('dataset', dataset, known)}")
    return given


def connection_view(connection: Connection, trouble: Trouble | None = None) -> ConnectionView:
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
        preferences=preferences_view(connection.preferences),
        is_active=connection.is_active,
        created_at=iso(connection.created_at),
        tested_at=iso(connection.tested_at),
        paused_at=iso(connection.paused_at),
        rate_limited_since=iso(connection.rate_limited_since),
        deleted_at=iso(connection.deleted_at),
        removed_from=iso(connection.removed_from),
        trouble=trouble,
    )


def activation_view(result: ActivationResult) -> ConnectionView:
    return connection_view(result.connection).model_copy(update={"note": result.note})


def change_of(
    name: str | None, extra_fields: ExtraFields | None, preferences: PreferencesForm | None
) -> Change:
    """Read what a form asks to change. Raises InvalidInput."""
    return Change(
        name=name,
        extra_fields=normal_extra_fields(extra_fields),
        preferences=changes_of(preferences),
    )
