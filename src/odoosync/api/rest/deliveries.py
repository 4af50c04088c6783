"""The log of what a webhook was sent, sending again, and a test; the log of mails."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Response, status

from odoosync.api.auth import Manager
from odoosync.api.json_answer import json_answer
from odoosync.api.parameters import RowId
from odoosync.api.reading.delivery_log import list_deliveries, list_mails
from odoosync.api.reading.moments import needed_moment
from odoosync.api.rest.webhooks import OwnerDep, OwnId
from odoosync.api.routing import new_router
from odoosync.api.schemas.deliveries import (
    Deliveries,
    DeliveryChoice,
    DeliveryView,
    Mails,
    MailView,
    Replayed,
    ReplayForm,
    WholeDelivery,
)
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1/webhooks", tags=["webhooks"])


mail_router = new_router(prefix="/api/v1/me", tags=["me"])


async def _own_delivery(
    webhook_id: OwnId, delivery_id: RowId, owner: OwnerDep, services: ServicesDep
) -> int:
    """Return the id of a delivery of the caller's: decided before the body is looked at."""
    shown = await services.webhooks.show_delivery(owner, webhook_id, delivery_id)
    return int(shown["id"])


OwnDelivery = Annotated[int, Depends(_own_delivery)]


@router.post("/{webhook_id}/test", summary="Test a webhook", status_code=status.HTTP_202_ACCEPTED)
async def test_webhook(webhook_id: OwnId, owner: OwnerDep, services: ServicesDep) -> DeliveryView:
    """Have a `webhook.test` sent; how that went, the delivery tells a moment later."""
    return DeliveryView(**await services.webhooks.test(owner, webhook_id))


@router.post("/{webhook_id}/replay", summary="Replay events", status_code=status.HTTP_202_ACCEPTED)
async def replay_events(
    webhook_id: OwnId, form: ReplayForm, owner: OwnerDep, services: ServicesDep
) -> Replayed:
    """Send what happened since a moment and failed, or was never sent: 10,000 of those at once.

    Nothing of what happened before the webhook was made.
    """
    since = needed_moment("since", form.since)
    count = await services.webhooks.replay_since(owner, webhook_id, since, delivered=form.delivered)
    return Replayed(count=count)


@router.get("/{webhook_id}/deliveries", response_model=Deliveries, summary="List deliveries")
async def show_deliveries(
    webhook_id: RowId,
    owner: OwnerDep,
    services: ServicesDep,
    choice: Annotated[DeliveryChoice, Query()],
) -> Response:
    """List what was sent, and will be, newest first."""
    page = await list_deliveries(
        services.webhooks,
        owner,
        webhook_id,
        status=choice.status,
        limit=choice.limit,
        cursor=choice.cursor,
    )
    return await json_answer({"items": page.items, "next_cursor": page.next_cursor})


@router.get("/{webhook_id}/deliveries/{delivery_id}", summary="Show a delivery")
async def show_delivery(
    webhook_id: RowId, delivery_id: RowId, owner: OwnerDep, services: ServicesDep
) -> WholeDelivery:
    return WholeDelivery(**await services.webhooks.show_delivery(owner, webhook_id, delivery_id))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/replay",
    summary="Replay a delivery",
    status_code=status.HTTP_202_ACCEPTED,
)
async def replay_delivery(
    webhook_id: OwnId, delivery_id: OwnDelivery, owner: OwnerDep, services: ServicesDep
) -> WholeDelivery:
    """Send it again, now, with the `webhook-id` that it had."""
    return WholeDelivery(**await services.webhooks.replay(owner, webhook_id, delivery_id))


@mail_router.get("/mails", response_model=Mails, summary="List my mails")
async def show_mails(
    owner: OwnerDep,
    caller: Manager,
    services: ServicesDep,
    choice: Annotated[DeliveryChoice, Query()],
) -> Response:
    """List what was mailed to the caller, and will be, newest first."""
    page = await list_mails(
        services.webhooks,
        owner,
        caller.user_id,
        status=choice.status,
        limit=choice.limit,
        cursor=choice.cursor,
    )
    items = ({name: one[name] for name in MailView.model_fields} for one in page.items)
    return await json_answer({"items": items, "next_cursor": page.next_cursor})
