"""Webhooks: who is told of what.

All of it needs the scope `manage`: a receiver's URL is often a secret in itself.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, status

from odoosync.accounts import audit
from odoosync.api.auth import Manager
from odoosync.api.parameters import RowId
from odoosync.api.routing import new_router
from odoosync.api.schemas.webhooks import (
    MadeWebhook,
    NewWebhook,
    WebhookChange,
    Webhooks,
    WebhookView,
)
from odoosync.api.services import ServicesDep
from odoosync.connections.service import Owner
from odoosync.crypto import Secret

router = new_router(prefix="/api/v1/webhooks", tags=["webhooks"])


def get_owner(caller: Manager) -> Owner:
    return Owner(caller.tenant_id, audit.Actor.of(caller))


OwnerDep = Annotated[Owner, Depends(get_owner)]


async def _own(webhook_id: RowId, owner: OwnerDep, services: ServicesDep) -> int:
    """Return the id of a webhook of the caller's: decided before the body is looked at."""
    return int((await services.webhooks.show(owner, webhook_id))["id"])


OwnId = Annotated[int, Depends(_own)]


def _made(view: dict[str, Any], secret: Secret) -> MadeWebhook:
    return MadeWebhook(**view, secret=secret.reveal())


@router.get("", summary="List webhooks")
async def list_webhooks(owner: OwnerDep, services: ServicesDep) -> Webhooks:
    found = await services.webhooks.show_all(owner)
    return Webhooks(items=[WebhookView(**one) for one in found])


@router.post("", summary="Make a webhook", status_code=status.HTTP_201_CREATED)
async def make_webhook(form: NewWebhook, owner: OwnerDep, services: ServicesDep) -> MadeWebhook:
    """Have events sent to a URL, from now on. The secret is shown in this answer alone."""
    made = await services.webhooks.create(
        owner,
        form.url,
        name=form.name or "",
        kinds=form.kinds,
        connection_id=form.connection_id,
    )
    return _made(*made)


@router.get("/{webhook_id}", summary="Show a webhook")
async def show_webhook(webhook_id: RowId, owner: OwnerDep, services: ServicesDep) -> WebhookView:
    return WebhookView(**await services.webhooks.show(owner, webhook_id))


@router.patch("/{webhook_id}", summary="Change a webhook")
async def change_webhook(
    webhook_id: OwnId, form: WebhookChange, owner: OwnerDep, services: ServicesDep
) -> WebhookView:
    return WebhookView(**await services.webhooks.change(owner, webhook_id, form.change()))


@router.delete("/{webhook_id}", summary="Delete a webhook", status_code=status.HTTP_204_NO_CONTENT)
async def delete_webhook(webhook_id: OwnId, owner: OwnerDep, services: ServicesDep) -> None:
    """Delete it with the log of its deliveries."""
    await services.webhooks.remove(owner, webhook_id)


@router.post("/{webhook_id}/pause", summary="Pause a webhook")
async def pause_webhook(webhook_id: OwnId, owner: OwnerDep, services: ServicesDep) -> WebhookView:
    """Send nothing until it is resumed; what happens meanwhile is left to a replay."""
    return WebhookView(**await services.webhooks.pause(owner, webhook_id))


@router.post("/{webhook_id}/resume", summary="Resume a webhook")
async def resume_webhook(webhook_id: OwnId, owner: OwnerDep, services: ServicesDep) -> WebhookView:
    """Send again, also where it had been disabled."""
    return WebhookView(**await services.webhooks.resume(owner, webhook_id))


Now = Annotated[bool, Query(description="The old one leaked: it signs nothing any more.")]


@router.post("/{webhook_id}/rotate-secret", summary="Rotate a webhook's secret")
async def rotate_secret(
    webhook_id: OwnId, owner: OwnerDep, services: ServicesDep, *, now: Now = False
) -> MadeWebhook:
    """Give it a new secret, shown in this answer alone; for a day the old one signs beside it."""
    return _made(*await services.webhooks.rotate(owner, webhook_id, overlaps=not now))
