"""The log of deliveries: what became of each, and asking for one again. Takes a tenant's tx."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, exists, not_, select

from odoosync.db import Tx
from odoosync.log import get_logger
from odoosync.notifications import fan_out, retry_schedule, store
from odoosync.notifications.claiming import DELIVERIES, Claim
from odoosync.notifications.delivery_result import DeliveryResult
from odoosync.notifications.errors import NoDelivery, ReplayedAlready, WebhookRests
from odoosync.notifications.event_types import CHOOSABLE
from odoosync.notifications.tables import deliveries, delivery_tries, webhooks
from odoosync.sync.schedule_tables import events

log = get_logger(__name__)
Status = Literal["pending", "delivered", "failed"]
REPLAY_EVERY: Final = timedelta(hours=1)
MOST_AT_ONCE: Final = 10_000
"""Events that one replay sends for the first time."""


async def claimed(tx: Tx, claim: Claim) -> Row[Any] | None:
    """Return a delivery with its event, while the claim holds it."""
    return await tx.first(_with_event(tx).where(*DELIVERIES.is_held(claim)))


def _with_event(tx: Tx) -> Select[Any]:
    about = (
        events.c.kind,
        events.c.payload,
        events.c.connection_id,
        events.c.dataset,
        events.c.created_at.label("happened_at"),
    )
    return tx.select(deliveries, deliveries, *about).join(
        events,
        and_(events.c.id == deliveries.c.event_id, events.c.tenant_id == deliveries.c.tenant_id),
    )


async def record(
    tx: Tx, claim: Claim, result: DeliveryResult, now: datetime, *, chance: float
) -> None:
    """Write down what became of a try, unless the claim was lost to somebody else meanwhile.

    Raises LeaseLost where it is lost just now.
    """
    webhook = await _webhook_of(tx, claim)
    found = await claimed(tx, claim)
    if found is None:
        return
    await _note_try(tx, claim, result, now)
    if result.error is None:
        await _set(tx, claim, found, status="delivered", next_try_at=None, delivered_at=now)
        if webhook is not None and webhook.failing_since is not None:
            await store.change(tx, webhook.id, now, failing_since=None)
        return
    later = None
    if not result.final:
        later = retry_schedule.next_try(
            found.tries_in_turn + 1, now, chance=chance, asked_for=result.retry_after
        )
    status: Status = "failed" if later is None else "pending"
    await _set(tx, claim, found, status=status, next_try_at=later)
    if webhook is not None:
        await _note_failure(tx, webhook, result, now)


async def _webhook_of(tx: Tx, claim: Claim) -> Row[Any] | None:
    """Lock the webhook of a claim, if it is of one."""
    mine = select(deliveries.c.webhook_id).where(
        deliveries.c.id == claim.delivery_id, deliveries.c.tenant_id == tx.tenant_id
    )
    found = tx.select(webhooks).where(webhooks.c.id.in_(mine)).with_for_update()
    return await tx.first(found)


async def _note_try(tx: Tx, claim: Claim, result: DeliveryResult, now: datetime) -> None:
    values = {
        "delivery_id": claim.delivery_id,
        "at": now,
        "took_ms": result.took_ms,
        "status": result.status,
        "error": result.error,
        "excerpt": result.excerpt,
    }
    await tx.insert(delivery_tries, values)


async def _set(tx: Tx, claim: Claim, found: Row[Any], **values: Any) -> None:
    tries = {"tries": found.tries + 1, "tries_in_turn": found.tries_in_turn + 1}
    await DELIVERIES.release(tx, claim, **tries, **values)


async def _note_failure(tx: Tx, webhook: Row[Any], result: DeliveryResult, now: datetime) -> None:
    if store.rests(webhook):
        return
    if result.is_gone:
        await store.disable(tx, webhook, "gone", now)
    elif retry_schedule.is_given_up(webhook.failing_since, now):
        await store.disable(tx, webhook, "failing", now)
    elif webhook.failing_since is None:
        await store.change(tx, webhook.id, now, failing_since=now)


def to_webhook(webhook_id: int) -> ColumnElement[bool]:
    """Mean what goes to a webhook."""
    return deliveries.c.webhook_id == webhook_id


def to_user(user_id: int) -> ColumnElement[bool]:
    """Mean what goes to a user's mail address."""
    return deliveries.c.user_id == user_id


async def newest(
    tx: Tx,
    receiver: ColumnElement[bool],
    *,
    limit: int,
    status: Status | None = None,
    before: int | None = None,
) -> list[Row[Any]]:
    """List deliveries to a receiver, newest first; `before` is the id of the last one seen."""
    query = _with_event(tx).where(receiver)
    if status is not None:
        query = query.where(deliveries.c.status == status)
    if before is not None:
        query = query.where(deliveries.c.id < before)
    return list(await tx.all(query.order_by(deliveries.c.id.desc()).limit(limit)))


async def get(tx: Tx, webhook_id: int, delivery_id: int) -> Row[Any]:
    """Return one of a webhook. Raises NoDelivery."""
    query = _with_event(tx).where(to_webhook(webhook_id), deliveries.c.id == delivery_id)
    row = await tx.first(query)
    if row is None:
        raise NoDelivery
    return row


async def tries_of(tx: Tx, delivery_ids: list[int]) -> dict[int, list[Row[Any]]]:
    """Return the tries of deliveries, oldest first."""
    query = tx.select(delivery_tries).where(delivery_tries.c.delivery_id.in_(delivery_ids))
    found: dict[int, list[Row[Any]]] = {one: [] for one in delivery_ids}
    for row in await tx.all(query.order_by(delivery_tries.c.id)):
        found[row.delivery_id].append(row)
    return found


async def replay(tx: Tx, webhook: Row[Any], delivery_id: int, now: datetime) -> None:
    """Send one again, now, with the id that it had.

    Raises NoDelivery, WebhookRests, ReplayedAlready for one that has arrived.
    """
    found = await get(tx, webhook.id, delivery_id)
    if store.rests(webhook):
        raise WebhookRests
    if found.status == "delivered":
        await _note_replay(tx, webhook, now)
    chosen = tx.update(deliveries).where(deliveries.c.id == delivery_id)
    await tx.execute(chosen.values(**_anew(now)))


async def replay_since(
    tx: Tx, webhook: Row[Any], since: datetime, now: datetime, *, delivered: bool = False
) -> int:
    """Send what happened since then and failed, or was never sent; returns how many there are.

    What was missed is what the webhook wants now and heard nothing of, because it was paused or
    disabled. What happened before the webhook was made is not sent. With `delivered`, what arrived
    is sent again, too, once an hour. Raises WebhookRests, ReplayedAlready.
    """
    if store.rests(webhook):
        raise WebhookRests
    if delivered:
        await _note_replay(tx, webhook, now)
    since = max(since, webhook.created_at)
    happened = select(events.c.id).where(
        events.c.tenant_id == tx.tenant_id, events.c.created_at >= since
    )
    states = ("failed", "delivered") if delivered else ("failed",)
    again = await tx.execute(
        tx.update(deliveries)
        .where(
            deliveries.c.webhook_id == webhook.id,
            deliveries.c.status.in_(states),
            deliveries.c.event_id.in_(happened),
        )
        .values(**_anew(now))
    )
    missed = [
        {"event_id": event_id, "webhook_id": webhook.id, "user_id": None}
        for event_id in await _missed(tx, webhook, since)
    ]
    return again.rowcount + await fan_out.add(tx, missed, now)


async def _missed(tx: Tx, webhook: Row[Any], since: datetime) -> list[int]:
    sent = exists().where(
        deliveries.c.event_id == events.c.id,
        deliveries.c.webhook_id == webhook.id,
        deliveries.c.tenant_id == tx.tenant_id,
    )
    query = tx.select(events, events.c.id).where(
        events.c.created_at >= since,
        events.c.taken_at.is_not(None),
        events.c.kind.in_(webhook.kinds or CHOOSABLE),
        not_(sent),
    )
    if webhook.connection_id is not None:
        query = query.where(events.c.connection_id == webhook.connection_id)
    rows = await tx.all(query.order_by(events.c.id).limit(MOST_AT_ONCE))
    return [row.id for row in rows]


async def _note_replay(tx: Tx, webhook: Row[Any], now: datetime) -> None:
    """Remember that what has arrived is sent again. Raises ReplayedAlready."""
    if webhook.replayed_at is not None and now < webhook.replayed_at + REPLAY_EVERY:
        left = webhook.replayed_at + REPLAY_EVERY - now
        raise ReplayedAlready(math.ceil(left.total_seconds()))
    await store.change(tx, webhook.id, now, replayed_at=now)


def _anew(now: datetime) -> dict[str, Any]:
    return {
        "status": "pending",
        "next_try_at": now,
        "tries_in_turn": 0,
        "fence": deliveries.c.fence + 1,
        "lease_until": None,
        "delivered_at": None,
    }
