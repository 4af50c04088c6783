"""Pages of the log of a webhook's deliveries, newest first."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from odoosync.api.errors import BadCursor
from odoosync.api.reading.errors import BadLimit
from odoosync.api.reading.listing import LARGEST_PAGE
from odoosync.connections.service import Owner
from odoosync.notifications.service import WebhookService

DeliveryStatus = Literal["pending", "delivered", "failed"]
_SHAPE: Final = re.compile(r"deliveries/([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    items: list[dict[str, Any]]
    next_cursor: str | None


async def list_deliveries(
    service: WebhookService,
    owner: Owner,
    webhook_id: int,
    *,
    status: DeliveryStatus | None,
    limit: int,
    cursor: str | None,
) -> DeliveryPage:
    """Return one page. Raises NoWebhook, BadLimit, BadCursor."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadLimit(LARGEST_PAGE)
    before = _read_cursor(cursor)
    page = await service.log(owner, webhook_id, limit=limit, status=status, before=before)
    return DeliveryPage(page.items, None if page.last_id is None else _write_cursor(page.last_id))


def _write_cursor(last_id: int) -> str:
    return base64.urlsafe_b64encode(f"deliveries/{last_id}".encode()).decode()


def _read_cursor(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        match = _SHAPE.fullmatch(base64.b64decode(cursor, altchars="-_", validate=True).decode())
    except ValueError as error:
        raise BadCursor from error
    if match is None:
        raise BadCursor
    return int(match[1])
