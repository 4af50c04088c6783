"""The caller: who they are, and their password."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import status
from pydantic import BaseModel, Field

from odoosync.accounts import Principal
from odoosync.accounts.mail_address import LONGEST as LONGEST_ADDRESS
from odoosync.accounts.mail_address import MailAddress
from odoosync.accounts.passwords import LONGEST, SHORTEST
from odoosync.accounts.users import change_password
from odoosync.api.auth import Address, Caller, Manager
from odoosync.api.forms import Form
from odoosync.api.openapi import problems
from odoosync.api.rest.api_keys import KeyView, key_view
from odoosync.api.rest.auth import Message
from odoosync.api.routing import new_router
from odoosync.api.services import Services, ServicesDep

router = new_router(prefix="/api/v1/me", tags=["me"])


class Me(BaseModel):
    id: int
    username: str = Field(examples=["api_user"])
    email: str | None = Field(description="Where mails about trouble go, once it is confirmed.")
    email_confirmed_at: datetime | None = Field(
        description="When the link in the letter was followed; null: nothing is mailed there."
    )
    email_note: str | None = Field(description="Why nothing is mailed there, and what to do.")
    is_admin: bool
    tenant_id: int
    scopes: list[str] = Field(description="What this token or API key may do.")
    kind: Literal["password", "refresh", "api_key"] = Field(description="How it was come by.")
    auth_time: datetime | None = Field(description="When the password was given; null for a key.")


class MeChange(Form):
    email: str | None = Field(
        max_length=LONGEST_ADDRESS,
        description="Where mails about trouble go; null for none.",
        examples=["anna@example.com"],
    )


class NewPassword(Form):
    current_password: str = Field(max_length=LONGEST)
    new_password: str = Field(min_length=SHORTEST, max_length=LONGEST)
    revoke_api_keys: bool = Field(
        default=False, description="Also revoke all API keys; they do not end with the password."
    )


class PasswordChanged(Message):
    api_keys_revoked: int = Field(description="How many API keys were revoked with it.")
    api_keys: list[KeyView] = Field(
        description="The API keys that live on. Revoke those that you do not know."
    )


@router.get("", summary="Who am I?")
async def me(caller: Caller, services: ServicesDep) -> Me:
    return _view(caller, services, await services.addresses.show(caller))


@router.patch("", summary="Change what is known of me")
async def change_me(form: MeChange, caller: Manager, services: ServicesDep) -> Me:
    """Set the address that mails go to. A letter with a link goes there, and has it confirmed."""
    return _view(caller, services, await services.addresses.change(caller, form.email))


@router.post(
    "/email/confirmation",
    summary="Send the letter again",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(409),
)
async def send_confirmation(caller: Manager, services: ServicesDep) -> Me:
    """Send another letter to a mail address that waits to be confirmed."""
    return _view(caller, services, await services.addresses.send_again(caller))


def _view(caller: Principal, services: Services, address: MailAddress) -> Me:
    return Me(
        id=caller.user_id,
        username=caller.username,
        email=address.email,
        email_confirmed_at=address.confirmed_at,
        email_note=services.addresses.note(address),
        is_admin=caller.is_admin,
        tenant_id=caller.tenant_id,
        scopes=sorted(caller.scopes),
        kind=caller.kind,
        auth_time=caller.auth_time,
    )


@router.post("/password", summary="Change the password")
async def password(
    form: NewPassword, caller: Caller, services: ServicesDep, address: Address
) -> PasswordChanged:
    """Give a new password; all sessions end, this one too. API keys live on unless told else."""
    changed = await change_password(
        services.accounts,
        caller,
        form.current_password,
        form.new_password,
        address=address,
        revoke_api_keys=form.revoke_api_keys,
    )
    return PasswordChanged(
        message="Password changed; sign in again",
        api_keys_revoked=changed.revoked,
        api_keys=[key_view(key) for key in changed.living],
    )
