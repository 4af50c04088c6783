"""Webhooks in the database. Every function takes a transaction of the tenant."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, func

from odoosync.clock import iso
from odoosync.crypto import CannotOpen, KeyRing, Secret
from odoosync.db import Tx
from odoosync.notifications.errors import NoWebhook, TooManyWebhooks
from odoosync.notifications.signing import OVERLAP, new_secret, sealed_for
from odoosync.notifications.tables import deliveries, webhooks
from odoosync.sync import events
from odoosync.sync.events import Kind

Why = Literal["gone", "failing"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a webhook is to be told: `kinds` None means all, `connection_id` None of every one."""

    url: str
    receiver: str
    name: str
    kinds: list[Kind] | None
    connection_id: int | None


async def every(tx: Tx) -> list[Row[Any]]:
    return list(await tx.all(tx.select(webhooks).order_by(webhooks.c.id)))


async def get(tx: Tx, webhook_id: int, *, lock: bool = False) -> Row[Any]:
    """Return a webhook's row. Raises NoWebhook.

    Where a webhook and deliveries of it are changed together, the webhook is locked first.
    """
    query = tx.select(webhooks).where(webhooks.c.id == webhook_id)
    row = await tx.first(query.with_for_update() if lock else query)
    if row is None:
        raise NoWebhook
    return row


async def add(
    tx: Tx, key_ring: KeyRing, wanted: Wanted, now: datetime, *, most: int
) -> tuple[int, Secret]:
    """Make a webhook; returns its id, and its secret, which is not shown again.

    Raises TooManyWebhooks.
    """
    if int(await tx.scalar(tx.select(webhooks, func.count(webhooks.c.id))) or 0) >= most:
        raise TooManyWebhooks(most)
    values = {
        "name": wanted.name,
        "url": wanted.url,
        "receiver": wanted.receiver,
        "kinds": wanted.kinds,
        "connection_id": wanted.connection_id,
        "sealed_secret": "",
        "created_at": now,
        "updated_at": now,
    }
    webhook_id: int = await tx.insert(webhooks, values)
    secret = new_secret()
    sealed = key_ring.seal(secret, sealed_for(tx.tenant_id, webhook_id, wanted.url))
    await change(tx, webhook_id, now, sealed_secret=sealed)
    return webhook_id, secret


async def change(tx: Tx, webhook_id: int, now: datetime, **values: Any) -> None:
    chosen = tx.update(webhooks).where(webhooks.c.id == webhook_id)
    await tx.execute(chosen.values(updated_at=now, **values))


async def rotate(
    tx: Tx, key_ring: KeyRing, found: Row[Any], now: datetime, *, overlaps: bool = True
) -> Secret:
    """Give a webhook a new secret; where it `overlaps`, the one before signs too, for a day."""
    secret, bound = new_secret(), sealed_for(tx.tenant_id, found.id, found.url)
    before: dict[str, Any] = {"sealed_previous": None, "previous_until": None}
    with suppress(CannotOpen):  # one that is lost signs nothing any more
        if overlaps:
            key_ring.open(found.sealed_secret, bound)
            until = now + OVERLAP
            before = {"sealed_previous": found.sealed_secret, "previous_until": until}
    await change(tx, found.id, now, sealed_secret=key_ring.seal(secret, bound), **before)
    return secret


async def move(tx: Tx, key_ring: KeyRing, found: Row[Any], url: str, now: datetime) -> None:
    """Give a webhook another receiver; its secrets are bound to that one now. Raises CannotOpen."""
    bound = sealed_for(tx.tenant_id, found.id, url)
    sealed = [
        one and key_ring.seal(key_ring.open(one, _bound(found)), bound)
        for one in (found.sealed_secret, found.sealed_previous)
    ]
    await change(tx, found.id, now, url=url, sealed_secret=sealed[0], sealed_previous=sealed[1])


def secrets_of(key_ring: KeyRing, found: Row[Any], now: datetime) -> list[Secret]:
    """Open the secrets that sign now: the one place where that happens. Raises CannotOpen."""
    sealed = [found.sealed_secret]
    if found.previous_until is not None and now < found.previous_until:
        sealed.append(found.sealed_previous)
    return [key_ring.open(one, _bound(found)) for one in sealed]


def _bound(found: Row[Any]) -> str:
    return sealed_for(found.tenant_id, found.id, found.url)


async def remove(tx: Tx, webhook_id: int) -> None:
    """Remove a webhook with its log."""
    await tx.execute(tx.delete(webhooks).where(webhooks.c.id == webhook_id))


async def disable(tx: Tx, found: Row[Any], why: Why, now: datetime) -> None:
    """Send it nothing more until it is resumed; the other webhooks and the owner are told."""
    await change(tx, found.id, now, disabled_at=now, disabled_why=why)
    pending = tx.update(deliveries).where(
        deliveries.c.webhook_id == found.id, deliveries.c.status == "pending"
    )
    await tx.execute(pending.values(status="failed", next_try_at=None))
    payload = {
        "webhook_id": found.id,
        "name": found.name,
        "why": why,
        "failing_since": iso(found.failing_since),
    }
    await events.record(tx, "webhook.disabled", found.connection_id, None, payload, at=now)


def rests(found: Row[Any]) -> bool:
    return found.paused_at is not None or found.disabled_at is not None


def wants(found: Row[Any], event: Row[Any]) -> bool:
    """Tell whether a webhook is to be told of an event."""
    of_kind = found.kinds is None or event.kind in found.kinds
    return of_kind and found.connection_id in {None, event.connection_id}
