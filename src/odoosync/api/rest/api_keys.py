"""The caller's API keys. Only a session may make, list and revoke them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, status

from odoosync.accounts.api_keys import (
    Owner,
    create_api_key,
    list_api_keys,
    owner_of,
    release_api_key,
    revoke_api_key,
)
from odoosync.accounts.errors import KeyUnknown
from odoosync.api.auth import Caller
from odoosync.api.parameters import RowId
from odoosync.api.routing import new_router
from odoosync.api.schemas.api_keys import Keys, MadeKey, NewKey, key_view
from odoosync.api.schemas.auth import Message
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1/api-keys", tags=["api-keys"])


async def _get_owner(caller: Caller) -> Owner:
    return owner_of(caller)


OwnerDep = Annotated[Owner, Depends(_get_owner)]


async def _own(key_id: RowId, owner: OwnerDep, services: ServicesDep) -> int:
    """Return the id of a key of the caller's: decided before the body is looked at."""
    if key_id not in {key.id for key in await list_api_keys(services.accounts, owner)}:
        raise KeyUnknown
    return key_id


OwnId = Annotated[int, Depends(_own)]


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
