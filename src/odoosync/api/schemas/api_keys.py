"""API keys, as all surfaces take and show them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from odoosync.accounts import Scope
from odoosync.accounts.api_keys import (
    LONGEST_NAME,
    MOST_DAYS,
    ApiKey,
)
from odoosync.api.forms import Form


class NewKey(Form):
    name: str = Field(min_length=1, max_length=LONGEST_NAME, examples=["nightly report"])
    scopes: set[Scope] = Field(min_length=1, examples=[["read"]])
    days: int | None = Field(
        default=90,
        ge=1,
        le=MOST_DAYS,
        description="Days until it expires; null for a key without an end.",
    )


class KeyView(BaseModel):
    id: int
    name: str
    prefix: str = Field(description="How the key begins.", examples=["osk_1f2e3d4c"])
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    resting_since: datetime | None = Field(
        description="Since the database was restored: the key is refused until it is released."
    )


class MadeKey(KeyView):
    key: str = Field(description="The key itself, shown this once.")


class Keys(BaseModel):
    items: list[KeyView]


def key_view(key: ApiKey) -> KeyView:
    return KeyView(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        scopes=list(key.scopes),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        resting_since=key.resting_since,
    )
