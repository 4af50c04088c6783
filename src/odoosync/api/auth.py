"""Who calls: dependencies that turn a token or an API key into a principal, or refuse with 401."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer

from odoosync.accounts import Principal, Scope
from odoosync.accounts.api_keys import authenticate_api_key
from odoosync.accounts.errors import NotSignedIn
from odoosync.accounts.sessions import authenticate
from odoosync.accounts.tokens import KEY_PREFIX
from odoosync.api.services import ServicesDep

_bearer = OAuth2PasswordBearer(
    tokenUrl="api/v1/auth/token",
    refreshUrl="api/v1/auth/token",
    scheme_name="token",
    description="An access token from `POST /api/v1/auth/token`, or an API key.",
    auto_error=False,
)
_key_header = APIKeyHeader(
    name="X-API-Key", scheme_name="api_key", description="An API key.", auto_error=False
)


def get_address(request: Request) -> str:
    return request.client.host if request.client else ""


Address = Annotated[str, Depends(get_address)]


async def get_caller(
    services: ServicesDep,
    address: Address,
    token: Annotated[str | None, Depends(_bearer)],
    key: Annotated[str | None, Depends(_key_header)],
) -> Principal:
    """Return who calls. Raises NotSignedIn and its kinds, which are 401."""
    if token and not token.startswith(KEY_PREFIX):
        return replace(await authenticate(services.accounts, token), address=address)
    if plain := token or key:
        return replace(await authenticate_api_key(services.accounts, plain), address=address)
    raise NotSignedIn(
        "Sign in at /api/v1/auth/token and send `Authorization: Bearer` with the access token."
    )


def get_authenticator(
    services: ServicesDep,
    address: Address,
    token: Annotated[str | None, Depends(_bearer)],
    key: Annotated[str | None, Depends(_key_header)],
) -> Callable[[], Awaitable[Principal]]:
    """Return what authenticates the caller again, for answers that take their time."""
    return partial(get_caller, services, address, token, key)


def require(scope: Scope) -> Callable[[Principal], Awaitable[Principal]]:
    """Return a dependency that lets only callers with the scope through."""

    async def caller_with_scope(caller: Caller) -> Principal:
        caller.need(scope)
        return caller

    return caller_with_scope


Caller = Annotated[Principal, Depends(get_caller)]
Authenticator = Annotated[Callable[[], Awaitable[Principal]], Depends(get_authenticator)]
Reader = Annotated[Principal, Depends(require("read"))]
Syncer = Annotated[Principal, Depends(require("sync"))]
Manager = Annotated[Principal, Depends(require("manage"))]
