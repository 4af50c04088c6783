"""The caller's API keys. Only a session may make, list and revoke them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, status
from pydantic import BaseModel, Field

from odoosync.accounts import Scope
from odoosync.accounts.api_keys import (
    LONGEST_NAME,
    MOST_DAYS,
    ApiKey,
    Owner,
    create_api_key,
    list_api_keys,
    owner_of,
    release_api_key,
    revoke_api_key,
)
from odoosync.accounts.errors import KeyUnknown
from odoosync.api.auth import Caller
from odoosync.api.forms import Form
from odoosync.api.parameters import RowId
from odoosync.api.rest.auth import Message
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1/api-keys", tags=["api-keys"])


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


async def _get_owner(caller: Caller) -> Owner:
    return owner_of(caller)


OwnerDep = Annotated[Owner, Depends(_get_owner)]


async def _own(key_id: RowId, owner: OwnerDep, services: ServicesDep) -> int:
    """Return the id of a key of the caller's: decided before the body is looked at."""
    if key_id not in {key.id for key in await list_api_keys(services.accounts, owner)}:
        raise KeyUnknown
    return key_id


OwnId = Annotated[int, Depends(_own)]


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


@router.get("", summary="List API keys")
async def list_keys(owner: OwnerDep, services: ServicesDep) -> Keys:
    keys = await list_api_keys(services.accounts, owner)
    return Keys(items=[key_view(key) for key in keys])


@router.post("", summary="Make an API key", status_code=status.HTTP_201_CREATED)
async def make_key(form: NewKey, owner: OwnerDep, services: ServicesDep) -> MadeKey:
    scopes = frozenset[str](form.scopes)
    key, plain = await create_api_key(services.accounts, owner, form.name, scopes, form.days)
    return MadeKey(**key_view(key).model_dump(), key=plain)


@router.delete("/{key_id}", summary="Revoke an API key")
async def revoke_key(key_id: OwnId, owner: OwnerDep, services: ServicesDep) -> Message:
    await revoke_api_key(services.accounts, owner, key_id)
    return Message(message="API key revoked")


@router.post("/{key_id}/release", summary="Release an API key")
async def release_key(key_id: OwnId, owner: OwnerDep, services: ServicesDep) -> Message:
    """Let a key that rests since the database was restored be used again."""
    await release_api_key(services.accounts, owner, key_id)
    return Message(message="API key released")
