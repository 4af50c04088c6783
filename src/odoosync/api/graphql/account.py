"""The caller."""

from __future__ import annotations

from typing import Any

import strawberry

from odoosync.accounts import Principal
from odoosync.accounts.mail_address import MailAddress
from odoosync.api.graphql.context import Info
from odoosync.api.services import Services
from odoosync.clock import iso


@strawberry.type
class Me:
    id: int
    username: str
    email: str | None = strawberry.field(
        description="Where mails about trouble go, once it is confirmed."
    )
    email_confirmed_at: str | None = strawberry.field(
        description="When the link in the email was followed; null: nothing is mailed there."
    )
    email_note: str | None = strawberry.field(
        description="Why nothing is mailed there, and what to do."
    )
    is_admin: bool
    scopes: list[str] = strawberry.field(description="What this token or API key may do.")
    kind: str = strawberry.field(description="password, refresh or api_key.")
    auth_time: str | None = strawberry.field(description="When the password was given.")


async def _me(info: Info) -> Any:
    caller, services = info.context.caller, info.context.services
    return _view(caller, services, await services.addresses.show(caller))


async def _change_me(info: Info, email: str | None = strawberry.UNSET) -> Any:
    caller, services = info.context.need("manage"), info.context.services
    if email is strawberry.UNSET:
        return await _me(info)
    return _view(caller, services, await services.addresses.change(caller, email))


async def _send_confirmation(info: Info) -> Any:
    caller, services = info.context.need("manage"), info.context.services
    return _view(caller, services, await services.addresses.send_again(caller))


def _view(caller: Principal, services: Services, address: MailAddress) -> Me:
    return Me(
        id=caller.user_id,
        username=caller.username,
        email=address.email,
        email_confirmed_at=iso(address.confirmed_at),
        email_note=services.addresses.note(address),
        is_admin=caller.is_admin,
        scopes=sorted(caller.scopes),
        kind=caller.kind,
        auth_time=iso(caller.auth_time),
    )


me_field: Any = strawberry.field(resolver=_me, graphql_type=Me)
change_me_field: Any = strawberry.mutation(
    resolver=_change_me,
    graphql_type=Me,
    description="Set where mails about trouble go; null for nowhere. What is left out stays. A "
    "email with a link goes there, and has the address confirmed.",
)
send_email_confirmation_field: Any = strawberry.mutation(
    resolver=_send_confirmation,
    graphql_type=Me,
    description="Send another email to a mail address that waits to be confirmed.",
)
