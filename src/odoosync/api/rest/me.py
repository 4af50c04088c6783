"""The caller: who they are, and their password."""

from __future__ import annotations

from fastapi import status

from odoosync.accounts import Principal
from odoosync.accounts.mail_address import MailAddress
from odoosync.accounts.users import change_password
from odoosync.api.auth import Address, Caller, Manager
from odoosync.api.openapi import problems
from odoosync.api.routing import new_router
from odoosync.api.schemas.account import Me, MeChange, NewPassword, PasswordChanged
from odoosync.api.schemas.api_keys import key_view
from odoosync.api.services import Services, ServicesDep

router = new_router(prefix="/api/v1/me", tags=["me"])


@router.get("", summary="Who am I?")
async def me(caller: Caller, services: ServicesDep) -> Me:
    return _view(caller, services, await services.addresses.show(caller))


@router.patch("", summary="Change what is known of me")
async def change_me(form: MeChange, caller: Manager, services: ServicesDep) -> Me:
    """Set the address that mails go to. An email with a link goes there, and has it confirmed."""
    return _view(caller, services, await services.addresses.change(caller, form.email))


@router.post(
    "/email/confirmation",
    summary="Send the email again",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(409),
)
async def send_confirmation(caller: Manager, services: ServicesDep) -> Me:
    """Send another email to a mail address that waits to be confirmed."""
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
