"""The caller, and their connections."""

from __future__ import annotations

import strawberry
from strawberry.scalars import JSON


@strawberry.type
class Me:
    id: int
    username: str
    is_admin: bool
    scopes: list[str] = strawberry.field(description="What this token or API key may do.")
    kind: str = strawberry.field(description="password, refresh or api_key.")
    auth_time: str | None = strawberry.field(description="When the password was given.")


@strawberry.type(description="Failures in a row; nothing is asked before `next_try_at`.")
class Trouble:
    state: str = strawberry.field(description="failing, left_alone or rejected.")
    since: str | None
    failures: int
    next_try_at: str | None
    code: str
    reason: str


@strawberry.type(description="An Odoo of the caller's; its secret is never shown.")
class Connection:
    id: int
    name: str
    odoo_url: str
    odoo_database: str
    odoo_username: str
    odoo_version: str | None
    protocol: str | None
    extra_fields: JSON
    preferences: JSON = strawberry.field(description="How it is synced, as in the REST API.")
    is_active: bool
    created_at: str | None
    tested_at: str | None
    paused_at: str | None = strawberry.field(description="Since when nothing is synced.")
    deleted_at: str | None
    removed_from: str | None = strawberry.field(
        description="Of a deleted connection: until then it can be restored."
    )
    trouble: Trouble | None = strawberry.field(description="Why its Odoo does not answer.")
