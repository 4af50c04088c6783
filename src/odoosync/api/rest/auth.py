"""Signing in, going on, signing out, and registering where that is open."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Form, Request, status

from odoosync.accounts.audit import Actor
from odoosync.accounts.errors import RegistrationOff
from odoosync.accounts.sessions import Grant, refresh, sign_in, sign_out
from odoosync.accounts.users import create_user
from odoosync.api.auth import Address, Caller
from odoosync.api.errors import WrongMediaType
from odoosync.api.openapi import problems
from odoosync.api.routing import new_router
from odoosync.api.schemas.auth import Message, Registered, Registration, TokenAnswer, TokenForm
from odoosync.api.services import ServicesDep
from odoosync.errors import InvalidInput

router = new_router(prefix="/api/v1/auth", tags=["auth"])


_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


async def _only_forms(request: Request) -> None:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given and given not in _FORMS:
        raise WrongMediaType("Send the fields as a form, as OAuth2 does: curl -d, not JSON.")


def _answer(grant: Grant) -> TokenAnswer:
    return TokenAnswer(
        access_token=grant.access_token,
        expires_in=grant.expires_in,
        refresh_token=grant.refresh_token,
    )


@router.post(
    "/token",
    summary="Sign in, or refresh",
    dependencies=[Depends(_only_forms)],
    responses=problems(401),
)
async def token(
    form: Annotated[TokenForm, Form()], services: ServicesDep, address: Address
) -> TokenAnswer:
    """Sign in with `username` and `password`, or send `grant_type=refresh_token`."""
    if form.grant_type == "refresh_token":
        if not form.refresh_token:
            raise InvalidInput("refresh_token is missing; send it.")
        return _answer(await refresh(services.accounts, form.refresh_token))
    if not form.username or not form.password:
        missing = "password" if form.username else "username"
        raise InvalidInput(f"{missing} is missing; send it.")
    grant = await sign_in(services.accounts, form.username, form.password, address=address)
    return _answer(grant)


@router.post("/logout", summary="Sign out")
async def logout(caller: Caller, services: ServicesDep) -> Message:
    """End this session: its access and refresh tokens are refused from now on."""
    await sign_out(services.accounts, caller)
    return Message(message="Signed out")


@router.post(
    "/register",
    summary="Make a user",
    status_code=status.HTTP_201_CREATED,
    responses=problems(403, 409),
)
async def register(form: Registration, services: ServicesDep, address: Address) -> Registered:
    """Make a user with a tenant of their own, where `ODOOSYNC_REGISTRATION` is `open`."""
    if not services.registration_open:
        raise RegistrationOff(
            "Registration is off. The operator makes users with `odoosync user create`, or opens "
            "registration with ODOOSYNC_REGISTRATION=open."
        )
    visitor = Actor(None, None, "none", address)
    user = await create_user(services.accounts, form.username, form.password, by=visitor)
    return Registered(id=user.id, username=user.username)
