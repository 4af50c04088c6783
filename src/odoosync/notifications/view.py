"""Webhooks and deliveries as every surface shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from odoosync.clock import iso
from odoosync.notifications.event_types import CHOOSABLE
from odoosync.notifications.message import content_of


def webhook_view(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "url": row.url,
        "kinds": list(CHOOSABLE if row.kinds is None else row.kinds),
        "all_kinds": row.kinds is None,
        "connection_id": row.connection_id,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
        "failing_since": iso(row.failing_since),
        "paused_at": iso(row.paused_at),
        "disabled_at": iso(row.disabled_at),
        "disabled_why": row.disabled_why,
        "previous_secret_until": iso(row.previous_until),
    }


def delivery_view(row: Row[Any], tries: Sequence[Row[Any]] = ()) -> dict[str, Any]:
    """Render a delivery; `message_id` is the `webhook-id` header of every try."""
    last = tries[-1] if tries else None
    return {
        "id": row.id,
        "webhook_id": row.webhook_id,
        "message_id": row.message_id,
        "kind": row.kind,
        "connection_id": row.connection_id,
        "dataset": row.dataset,
        "status": row.status,
        "happened_at": iso(row.happened_at),
        "next_try_at": iso(row.next_try_at),
        "delivered_at": iso(row.delivered_at),
        "tries": row.tries,
        "last_status": last.status if last else None,
        "last_error": last.error if last else None,
    }


def whole_delivery_view(row: Row[Any], tries: Sequence[Row[Any]]) -> dict[str, Any]:
    """Render a delivery with what is sent, and each try."""
    shown = [
        {
            "at": iso(one.at),
            "took_ms": one.took_ms,
            "status": one.status,
            "error": one.error,
            "excerpt": one.excerpt,
        }
        for one in tries
    ]
    return delivery_view(row, tries) | {"content": content_of(row), "log": shown}
