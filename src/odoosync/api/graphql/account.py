"""The caller."""

from __future__ import annotations

import strawberry


@strawberry.type
class Me:
    id: int
    username: str
    is_admin: bool
    scopes: list[str] = strawberry.field(description="What this token or API key may do.")
    kind: str = strawberry.field(description="password, refresh or api_key.")
    auth_time: str | None = strawberry.field(description="When the password was given.")
