"""The caller: who they are, and their password."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from odoosync.accounts.passwords import LONGEST, SHORTEST
from odoosync.accounts.users import change_password
from odoosync.api.auth import Address, Caller
from odoosync.api.rest.auth import Message
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1/me", tags=["me"])


class Me(BaseModel):
    id: int
    username: str = Field(examples=["api_user"])
    is_admin: bool
    tenant_id: int
    scopes: list[str] = Field(description="What this token or API key may do.")
    kind: Literal["password", "refresh", "api_key"] = Field(description="How it was come by.")
    auth_time: datetime | None = Field(description="When the password was given; null for a key.")


class NewPassword(BaseModel):
    model_config = ConfigDict(extra="forbid")

    current_password: str = Field(max_length=LONGEST)
    new_password: str = Field(min_length=SHORTEST, max_length=LONGEST)


@router.get("", summary="Who am I?")
async def me(caller: Caller) -> Me:
    return Me(
        id=caller.user_id,
        username=caller.username,
        is_admin=caller.is_admin,
        tenant_id=caller.tenant_id,
        scopes=sorted(caller.scopes),
        kind=caller.kind,
        auth_time=caller.auth_time,
    )


@router.post("/password", summary="Change the password")
async def password(
    form: NewPassword, caller: Caller, services: ServicesDep, address: Address
) -> Message:
    """Give a new password; all sessions end, this one too."""
    await change_password(
        services.accounts, caller, form.current_password, form.new_password, address=address
    )
    return Message(message="Password changed; sign in again")
