"""Webhooks and the log of their deliveries; all of it needs the scope `manage`.

Whose a webhook is, is decided before anything else is looked at.
"""

from __future__ import annotations

from typing import Any, cast, get_args

import strawberry
from strawberry.scalars import JSON

from odoosync.accounts.audit import Actor
from odoosync.api.graphql.arguments import BigOrAll
from odoosync.api.graphql.context import Info
from odoosync.api.graphql.runs import BigInt
from odoosync.api.reading.delivery_log import DeliveryStatus, list_deliveries, list_mails
from odoosync.api.reading.errors import BadFilter
from odoosync.api.reading.listing import USUAL_PAGE
from odoosync.api.reading.moments import needed_moment
from odoosync.api.schemas.webhooks import NewWebhook, WebhookChange
from odoosync.api.validation import read_form
from odoosync.connections.service import Owner
from odoosync.crypto import Secret
from odoosync.notifications.service import WebhookService
from odoosync.spelling import did_you_mean


@strawberry.type(description="Who is told of what. `kinds` and `connection_id` null mean all.")
class Webhook:
    id: BigInt
    name: str
    url: str
    kinds: list[str]
    all_kinds: bool = strawberry.field(description="Kinds to come are included.")
    connection_id: BigInt | None
    created_at: str
    updated_at: str
    failing_since: str | None = strawberry.field(
        description="The first failure since the last success."
    )
    paused_at: str | None
    disabled_at: str | None
    disabled_why: str | None = strawberry.field(description="gone, or failing.")
    previous_secret_until: str | None
    secret: str | None = strawberry.field(
        description="Where it was just made or rotated: shown this once."
    )


@strawberry.type(description="One event on its way to the caller's mail address.")
class MailDelivery:
    id: BigInt
    message_id: strawberry.ID = strawberry.field(
        description="Of a webhook, the header `webhook-id` of every try."
    )
    kind: str
    connection_id: BigInt | None
    dataset: str | None
    status: str = strawberry.field(description="pending, delivered or failed.")
    happened_at: str
    next_try_at: str | None
    delivered_at: str | None
    tries: int
    last_status: int | None
    last_error: str | None


@strawberry.type(description="One event on its way to one webhook.")
class Delivery(MailDelivery):
    webhook_id: BigInt


@strawberry.type
class MailPage:
    items: list[MailDelivery]
    next_cursor: str | None


@strawberry.type(description="A delivery with what is sent, and each try.")
class WholeDelivery(Delivery):
    content: JSON
    log: JSON


@strawberry.type
class DeliveryPage:
    items: list[Delivery]
    next_cursor: str | None


def _desk(info: Info) -> tuple[WebhookService, Owner]:
    caller = info.context.need("manage")
    return info.context.services.webhooks, Owner(caller.tenant_id, Actor.of(caller))


def _made(view: dict[str, Any], secret: Secret) -> dict[str, Any]:
    return view | {"secret": secret.reveal()}


async def _webhooks(info: Info) -> Any:
    service, owner = _desk(info)
    found = await service.show_all(owner)
    info.context.budget.take(len(found))
    return found


async def _log(
    info: Info,
    webhook_id: BigInt,
    *,
    status: str | None = None,
    limit: int = USUAL_PAGE,
    cursor: str | None = None,
) -> Any:
    service, owner = _desk(info)
    info.context.budget.take_page(limit)
    await service.show(owner, webhook_id)
    return await list_deliveries(
        service, owner, webhook_id, status=_status(status), limit=limit, cursor=cursor
    )


async def _mails(
    info: Info,
    *,
    status: str | None = None,
    limit: int = USUAL_PAGE,
    cursor: str | None = None,
) -> Any:
    service, owner = _desk(info)
    info.context.budget.take_page(limit)
    user_id = info.context.caller.user_id
    return await list_mails(
        service, owner, user_id, status=_status(status), limit=limit, cursor=cursor
    )


def _status(name: str | None) -> DeliveryStatus | None:
    known = get_args(DeliveryStatus)
    if name is not None and name not in known:
        raise BadFilter(f"`status` is one of {', '.join(known)}.{did_you_mean(name, known)}")
    return cast("DeliveryStatus | None", name)


async def _delivery(info: Info, webhook_id: BigInt, id: BigInt) -> Any:  # noqa: A002 - its name
    service, owner = _desk(info)
    info.context.budget.take(1)
    return await service.show_delivery(owner, webhook_id, id)


async def _create(
    info: Info,
    url: str,
    *,
    name: str = "",
    kinds: list[str] | None = None,
    connection_id: BigOrAll = None,
) -> Any:
    service, owner = _desk(info)
    given = {"url": url, "name": name or None, "kinds": kinds, "connection_id": connection_id}
    form = read_form(NewWebhook, given)
    made = await service.create(
        owner,
        form.url,
        name=form.name or "",
        kinds=form.kinds,
        connection_id=form.connection_id,
    )
    return _made(*made)


async def _change(
    info: Info,
    id: BigInt,  # noqa: A002 - the argument's name
    *,
    url: str | None = strawberry.UNSET,
    name: str | None = strawberry.UNSET,
    kinds: list[str] | None = strawberry.UNSET,
    connection_id: BigOrAll = strawberry.UNSET,
) -> Any:
    """Change what is sent; null counts where it means all."""
    service, owner = _desk(info)
    given = {
        "url": url or strawberry.UNSET,
        "name": name or strawberry.UNSET,
        "kinds": kinds,
        "connection_id": connection_id,
    }
    sent = {key: value for key, value in given.items() if value is not strawberry.UNSET}
    return await service.change(owner, id, read_form(WebhookChange, sent).change())


async def _pause(info: Info, id: BigInt) -> Any:  # noqa: A002 - the argument's name
    service, owner = _desk(info)
    return await service.pause(owner, id)


async def _resume(info: Info, id: BigInt) -> Any:  # noqa: A002 - the argument's name
    service, owner = _desk(info)
    return await service.resume(owner, id)


async def _rotate(info: Info, id: BigInt, now: bool = False) -> Any:  # noqa: A002, FBT001, FBT002
    service, owner = _desk(info)
    return _made(*await service.rotate(owner, id, overlaps=not now))


async def _delete(info: Info, id: BigInt) -> Any:  # noqa: A002 - the argument's name
    service, owner = _desk(info)
    await service.remove(owner, id)
    return await service.show_all(owner)


async def _test(info: Info, id: BigInt) -> Any:  # noqa: A002 - the argument's name
    service, owner = _desk(info)
    return await service.test(owner, id)


async def _replay(info: Info, webhook_id: BigInt, id: BigInt) -> Any:  # noqa: A002 - its name
    service, owner = _desk(info)
    return await service.replay(owner, webhook_id, id)


async def _replay_since(
    info: Info,
    id: BigInt,  # noqa: A002 - the argument's name
    since: str,
    *,
    delivered: bool = False,
) -> Any:
    service, owner = _desk(info)
    await service.show(owner, id)
    moment = needed_moment("since", since)
    return await service.replay_since(owner, id, moment, delivered=delivered)


def _mutation(resolver: Any, kind: Any, description: str) -> Any:
    return strawberry.mutation(resolver=resolver, graphql_type=kind, description=description)


@strawberry.type
class WebhookQueries:
    webhooks: list[Webhook] = strawberry.field(
        resolver=_webhooks, graphql_type=list[Webhook], description="Who is told of what."
    )
    webhook_deliveries: DeliveryPage = strawberry.field(
        resolver=_log, graphql_type=DeliveryPage, description="Newest first."
    )
    mail_deliveries: MailPage = strawberry.field(
        resolver=_mails, graphql_type=MailPage, description="To the caller, newest first."
    )
    webhook_delivery: WholeDelivery = strawberry.field(
        resolver=_delivery, graphql_type=WholeDelivery, description="With each try."
    )


@strawberry.type
class WebhookMutations:
    create_webhook: Webhook = _mutation(
        _create, Webhook, "Have events sent to a URL; the answer alone shows the secret."
    )
    change_webhook: Webhook = _mutation(_change, Webhook, "What is left out stays.")
    pause_webhook: Webhook = _mutation(_pause, Webhook, "Send nothing until it is resumed.")
    resume_webhook: Webhook = _mutation(
        _resume, Webhook, "Send again, also where it had been disabled."
    )
    rotate_webhook_secret: Webhook = _mutation(
        _rotate,
        Webhook,
        "Give it a new secret; for a day the old one signs beside it, unless it has to go `now`.",
    )
    delete_webhook: list[Webhook] = _mutation(
        _delete, list[Webhook], "Delete it with its log; answers those that are left."
    )
    test_webhook: Delivery = _mutation(_test, Delivery, "Have a `webhook.test` sent.")
    replay_delivery: WholeDelivery = _mutation(
        _replay, WholeDelivery, "Send it again, now, with the id that it had."
    )
    replay_webhook: int = _mutation(
        _replay_since,
        int,
        "Send what happened since a moment and failed, or was never sent; with `delivered` what "
        "arrived, too. Answers how many deliveries there are.",
    )
