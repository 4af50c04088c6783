"""Entries of the audit trail, as all surfaces take and show them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from odoosync.api.parameters import OrAll


class EntryView(BaseModel):
    """One entry; nothing of it is ever changed."""

    id: int
    at: str
    kind: str = Field(examples=["credentials.revealed"])
    tenant_id: int | None = Field(description="Null when it is about no user of this service.")
    user_id: int | None
    actor: str | None = Field(description="The user's name, as it was then.")
    via: str = Field(description="password, refresh, api_key, command, service or none.")
    key_id: int | None = Field(description="The API key that was sent.")
    address: str | None
    connection_id: int | None
    run_id: str | None
    odoo_login: str | None
    detail: dict[str, Any]


class Entries(BaseModel):
    items: list[EntryView]
    next_cursor: str | None


class AuditQuery(BaseModel):
    """Which entries to list."""

    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of a list.")
    kind: str | None = Field(
        default=None, max_length=64, description="Such as `session.started`, or all of `session`."
    )
    connection_id: OrAll = None
    since: str | None = Field(default=None, max_length=40, description="ISO 8601; included.")
    until: str | None = Field(default=None, max_length=40, description="ISO 8601; not included.")
    all: bool = Field(default=False, description="Everybody's entries: for administrators.")
