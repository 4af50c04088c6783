"""Deliveries of webhooks, and mails, as all surfaces take and show them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from odoosync.api.forms import Form
from odoosync.api.reading.delivery_log import DeliveryStatus
from odoosync.api.reading.listing import LARGEST_PAGE, USUAL_PAGE


class ReplayForm(Form):
    since: str = Field(max_length=40, description="ISO 8601: of what happened then or later.")
    delivered: bool = Field(default=False, description="Send again, too, what arrived.")


class MailView(BaseModel):
    """One event on its way to the caller's mail address."""

    id: int
    message_id: str = Field(description="Of a webhook, the header `webhook-id` of every try.")
    kind: str
    connection_id: int | None
    dataset: str | None
    status: DeliveryStatus
    happened_at: str | None
    next_try_at: str | None
    delivered_at: str | None
    tries: int
    last_status: int | None = Field(description="What the receiver answered last.")
    last_error: str | None


class DeliveryView(MailView):
    """One event on its way to one webhook."""

    webhook_id: int


class Mails(BaseModel):
    items: list[MailView]
    next_cursor: str | None


class Deliveries(BaseModel):
    items: list[DeliveryView]
    next_cursor: str | None


class DeliveryChoice(BaseModel):
    """Which deliveries are meant."""

    status: DeliveryStatus | None = None
    limit: int = Field(default=USUAL_PAGE, ge=1, le=LARGEST_PAGE)
    cursor: str | None = Field(default=None, max_length=100)


class TryView(BaseModel):
    at: str | None
    took_ms: int
    status: int | None
    error: str | None
    excerpt: str | None = Field(description="The beginning of the answer.")


class WholeDelivery(DeliveryView):
    content: dict[str, Any] = Field(description="What is sent.")
    log: list[TryView]


class Replayed(BaseModel):
    count: int = Field(description="How many deliveries will be sent.")
