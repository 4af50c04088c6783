"""The caller."""

from __future__ import annotations

from typing import Any

import strawberry

from odoosync.accounts import Principal
from odoosync.accounts.mail_address import address_of
from odoosync.accounts.users import change_address
from odoosync.api.graphql.context import Info
from odoosync.clock import iso


@strawberry.type
class Me:
    id: int
    username: str
    email: str | None = strawberry.field(description="Where mails about trouble go.")
    is_admin: bool
    scopes: list[str] = strawberry.field(description="What this token or API key may do.")
    kind: str = strawberry.field(description="password, refresh or api_key.")
    auth_time: str | None = strawberry.field(description="When the password was given.")


async def _me(info: Info) -> Any:
    caller = info.context.caller
    async with info.context.services.database.tenant(caller.tenant_id, write=False) as tx:
        email = await address_of(tx, caller.user_id)
    return _view(caller, email)


async def _change_me(info: Info, email: str | None = strawberry.UNSET) -> Any:
    caller = info.context.need("manage")
    if email is strawberry.UNSET:
        return await _me(info)
    return _view(caller, await change_address(info.context.services.accounts, caller, email))


def _view(caller: Principal, email: str | None) -> Me:
    return Me(
        id=caller.user_id,
        username=caller.username,
        email=email,
        is_admin=caller.is_admin,
        scopes=sorted(caller.scopes),
        kind=caller.kind,
        auth_time=iso(caller.auth_time),
    )


me_field: Any = strawberry.field(resolver=_me, graphql_type=Me)
change_me_field: Any = strawberry.mutation(
    resolver=_change_me,
    graphql_type=Me,
    description="Set where mails about trouble go; null for nowhere. What is left out stays.",
)
