"""Pages of the log of what is sent to a webhook, or to a user's mail address, newest first."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any, Final, Literal

from odoosync.api.errors import BadCursor
from odoosync.api.reading.errors import BadLimit
from odoosync.api.reading.listing import LARGEST_PAGE
from odoosync.connections.service import Owner
from odoosync.notifications.service import Page, WebhookService

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
    """Return one page of a webhook's. Raises NoWebhook, BadLimit, BadCursor."""
    before = _read_place(limit, cursor)
    return _page(await service.log(owner, webhook_id, limit=limit, status=status, before=before))


async def list_mails(
    service: WebhookService,
    owner: Owner,
    user_id: int,
    *,
    status: DeliveryStatus | None,
    limit: int,
    cursor: str | None,
) -> DeliveryPage:
    """Return one page of a user's mails. Raises BadLimit, BadCursor."""
    before = _read_place(limit, cursor)
    return _page(await service.mails(owner, user_id, limit=limit, status=status, before=before))


def _page(page: Page) -> DeliveryPage:
    return DeliveryPage(page.items, None if page.last_id is None else _write_cursor(page.last_id))


def _read_place(limit: int, cursor: str | None) -> int | None:
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadLimit(LARGEST_PAGE)
    return _read_cursor(cursor)


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
