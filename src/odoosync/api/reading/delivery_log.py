"""Pages of the log of what is sent to a webhook, or to a user's mail address, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from odoosync.api.reading.cursor import read_cursor, write_cursor
from odoosync.api.reading.errors import BadLimit
from odoosync.api.reading.listing import LARGEST_PAGE
from odoosync.connections.service import Owner
from odoosync.notifications.service import Page, WebhookService

DeliveryStatus = Literal["pending", "delivered", "failed"]
_LOG: Final = "deliveries"


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
    return DeliveryPage(
        page.items, None if page.last_id is None else write_cursor(_LOG, page.last_id)
    )


def _read_place(limit: int, cursor: str | None) -> int | None:
    if not 1 <= limit <= LARGEST_PAGE:
        raise BadLimit(LARGEST_PAGE)
    before = read_cursor(_LOG, cursor, int)
    return None if before is None else before[0]
