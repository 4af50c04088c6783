"""What an owner does to their webhooks: all surfaces act, commit and audit through here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Final

from sqlalchemy import ColumnElement, Row

from odoosync.accounts import audit
from odoosync.accounts.audit_kinds import Kind
from odoosync.addresses.guard import AddressGuard
from odoosync.addresses.origin import Origin
from odoosync.clock import Clock
from odoosync.connections import store as connections
from odoosync.connections.service import Owner
from odoosync.crypto import KeyRing, Secret
from odoosync.db import Database, Tx
from odoosync.event_loop import paced
from odoosync.notifications import deliveries, fan_out, store
from odoosync.notifications.deliveries import Status
from odoosync.notifications.errors import ReceiverRefused, WebhookRests
from odoosync.notifications.event_types import TEST, chosen_kinds
from odoosync.notifications.http_delivery import read_url, receiver_of
from odoosync.notifications.store import Wanted
from odoosync.notifications.view import delivery_view, webhook_view, whole_delivery_view
from odoosync.sync import events
from odoosync.sync.schedule_tables import events as event_table

LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Stands for what a change leaves as it is, where None means something else."""


UNCHANGED: Final = Unchanged()


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of a webhook; `kinds` None means all, `connection_id` None every one."""

    url: str | Unchanged = UNCHANGED
    name: str | Unchanged = UNCHANGED
    kinds: Iterable[str] | Unchanged | None = UNCHANGED
    connection_id: int | Unchanged | None = UNCHANGED


@dataclass(frozen=True, slots=True)
class Page:
    items: list[dict[str, Any]]
    last_id: int | None


@dataclass(frozen=True, slots=True)
class WebhookService:
    database: Database
    key_ring: KeyRing
    guard: AddressGuard
    clock: Clock
    most: int

    async def show_all(self, owner: Owner) -> list[dict[str, Any]]:
        async with self.database.tenant(owner.tenant_id, write=False) as tx:
            return [webhook_view(one) for one in await store.every(tx)]

    async def show(self, owner: Owner, webhook_id: int) -> dict[str, Any]:
        """Return one. Raises NoWebhook."""
        async with self.database.tenant(owner.tenant_id, write=False) as tx:
            return webhook_view(await store.get(tx, webhook_id))

    async def create(
        self,
        owner: Owner,
        url: str,
        *,
        name: str = "",
        kinds: Iterable[str] | None = None,
        connection_id: int | None = None,
    ) -> tuple[dict[str, Any], Secret]:
        """Make a webhook; returns its secret, too, which is not shown again.

        Raises NoConnection before all else; InvalidInput for the URL, ReceiverRefused,
        UnknownEventKind, TooManyWebhooks.
        """
        now = self.clock()
        async with self.database.tenant(owner.tenant_id) as tx:
            await _check_connection(tx, connection_id)
            kept, origin = self._receiver(url)
            wanted = Wanted(
                kept, receiver_of(origin), name or origin.host, chosen_kinds(kinds), connection_id
            )
            webhook_id, secret = await store.add(tx, self.key_ring, wanted, now, most=self.most)
            made = await store.get(tx, webhook_id)
            await self._note(tx, owner, "webhook.created", made, host=origin.host)
        return webhook_view(made), secret

    async def change(self, owner: Owner, webhook_id: int, change: Change) -> dict[str, Any]:
        """Change what is sent to whom.

        Raises NoWebhook and NoConnection before all else, and what `create` raises.
        """
        given = {name: getattr(change, name) for name in Change.__slots__}
        values = {name: new for name, new in given.items() if not isinstance(new, Unchanged)}
        async with self._changing(owner, webhook_id, changed=sorted(values)) as (tx, found):
            await _check_connection(tx, values.get("connection_id"))
            if "url" in values:
                url, origin = self._receiver(values.pop("url"))
                values["receiver"] = receiver_of(origin)
                await store.move(tx, self.key_ring, found, url, self.clock())
            if "kinds" in values:
                values["kinds"] = chosen_kinds(values["kinds"])
            await store.change(tx, webhook_id, self.clock(), **values)
            return webhook_view(await store.get(tx, webhook_id))

    async def pause(self, owner: Owner, webhook_id: int) -> dict[str, Any]:
        """Send nothing until it is resumed. Raises NoWebhook."""
        async with self._changing(owner, webhook_id, changed=["paused"]) as (tx, found):
            now = self.clock()
            await store.change(tx, webhook_id, now, paused_at=found.paused_at or now)
            return webhook_view(await store.get(tx, webhook_id))

    async def resume(self, owner: Owner, webhook_id: int) -> dict[str, Any]:
        """Send again, also after it was disabled; what happened meanwhile is left to a replay.

        Raises NoWebhook.
        """
        back = dict.fromkeys(("paused_at", "disabled_at", "disabled_why", "failing_since"))
        async with self._changing(owner, webhook_id, changed=["resumed"]) as (tx, _):
            await store.change(tx, webhook_id, self.clock(), **back)
            return webhook_view(await store.get(tx, webhook_id))

    async def rotate(
        self, owner: Owner, webhook_id: int, *, overlaps: bool = True
    ) -> tuple[dict[str, Any], Secret]:
        """Give it a new secret; the one before it signs, too, for a day, where it `overlaps`.

        Raises NoWebhook.
        """
        changed = ["rotated" if overlaps else "replaced"]
        async with self._changing(owner, webhook_id, changed=changed) as (tx, found):
            now = self.clock()
            secret = await store.rotate(tx, self.key_ring, found, now, overlaps=overlaps)
            return webhook_view(await store.get(tx, webhook_id)), secret

    async def remove(self, owner: Owner, webhook_id: int) -> None:
        """Remove it with its log. Raises NoWebhook."""
        async with self.database.tenant(owner.tenant_id) as tx:
            found = await store.get(tx, webhook_id, lock=True)
            await self._note(tx, owner, "webhook.deleted", found)
            await store.remove(tx, webhook_id)

    async def test(self, owner: Owner, webhook_id: int) -> dict[str, Any]:
        """Have a `webhook.test` sent; returns the delivery. Raises NoWebhook, WebhookRests."""
        now = self.clock()
        async with self.database.tenant(owner.tenant_id) as tx:
            found = await store.get(tx, webhook_id)
            if store.rests(found):
                raise WebhookRests
            payload = {"webhook_id": webhook_id, "name": found.name}
            event_id = await events.record(tx, TEST, found.connection_id, None, payload, at=now)
            taken = tx.update(event_table).where(event_table.c.id == event_id)
            await tx.execute(taken.values(taken_at=now))
            row = {"event_id": event_id, "webhook_id": webhook_id, "user_id": None}
            await fan_out.add(tx, [row], now)
            (made,) = await deliveries.newest(tx, deliveries.to_webhook(webhook_id), limit=1)
            return delivery_view(made)

    async def log(
        self,
        owner: Owner,
        webhook_id: int,
        *,
        limit: int,
        status: Status | None = None,
        before: int | None = None,
    ) -> Page:
        """List deliveries, newest first; `last_id` is where the next page begins.

        Raises NoWebhook.
        """
        async with self.database.tenant(owner.tenant_id, write=False) as tx:
            await store.get(tx, webhook_id)
            to = deliveries.to_webhook(webhook_id)
            return await _page(tx, to, limit=limit, status=status, before=before)

    async def mails(
        self,
        owner: Owner,
        user_id: int,
        *,
        limit: int,
        status: Status | None = None,
        before: int | None = None,
    ) -> Page:
        """List what was mailed to a user, and will be, newest first, as `log` does."""
        async with self.database.tenant(owner.tenant_id, write=False) as tx:
            to = deliveries.to_user(user_id)
            return await _page(tx, to, limit=limit, status=status, before=before)

    async def show_delivery(
        self, owner: Owner, webhook_id: int, delivery_id: int
    ) -> dict[str, Any]:
        """Return one with what is sent, and each try. Raises NoWebhook, NoDelivery."""
        async with self.database.tenant(owner.tenant_id, write=False) as tx:
            await store.get(tx, webhook_id)
            return await _whole(tx, webhook_id, delivery_id)

    async def replay(self, owner: Owner, webhook_id: int, delivery_id: int) -> dict[str, Any]:
        """Send one again, with the id that it had.

        Raises NoWebhook, NoDelivery, WebhookRests, ReplayedAlready.
        """
        async with self.database.tenant(owner.tenant_id) as tx:
            found = await store.get(tx, webhook_id, lock=True)
            await deliveries.replay(tx, found, delivery_id, self.clock())
            await self._note(tx, owner, "webhook.replayed", found, delivery_id=delivery_id)
            return await _whole(tx, webhook_id, delivery_id)

    async def replay_since(
        self, owner: Owner, webhook_id: int, since: datetime, *, delivered: bool = False
    ) -> int:
        """Send what failed or was missed since then; returns how many. See `deliveries`.

        Raises NoWebhook, WebhookRests, ReplayedAlready.
        """
        async with self.database.tenant(owner.tenant_id) as tx:
            found = await store.get(tx, webhook_id, lock=True)
            now = self.clock()
            count = await deliveries.replay_since(tx, found, since, now, delivered=delivered)
            about = {"since": since.isoformat(), "delivered": delivered, "count": count}
            await self._note(tx, owner, "webhook.replayed", found, **about)
            return count

    def _receiver(self, url: str) -> tuple[str, Origin]:
        """Read a URL; addresses in it are judged now, names each time that they are called."""
        kept, origin = read_url(url)
        try:
            ip_address(origin.host)
        except ValueError:
            return kept, origin
        verdict = self.guard.verdict(origin, origin.host)
        if not verdict.allowed:
            raise ReceiverRefused(verdict.reason)
        return kept, origin

    @asynccontextmanager
    async def _changing(
        self, owner: Owner, webhook_id: int, *, changed: list[str]
    ) -> AsyncIterator[tuple[Tx, Row[Any]]]:
        async with self.database.tenant(owner.tenant_id) as tx:
            found = await store.get(tx, webhook_id, lock=True)
            yield tx, found
            await self._note(tx, owner, "webhook.changed", found, changed=changed)

    async def _note(self, tx: Tx, owner: Owner, kind: Kind, found: Row[Any], **about: Any) -> None:
        await audit.record(
            tx,
            kind,
            owner.actor,
            at=self.clock(),
            connection_id=found.connection_id,
            detail={"webhook_id": found.id, "name": found.name, **about},
        )


async def _check_connection(tx: Tx, connection_id: int | None) -> None:
    """Raise NoConnection for one that is not the tenant's."""
    if connection_id is not None:
        await connections.get(tx, connection_id)


async def _page(tx: Tx, receiver: ColumnElement[bool], *, limit: int, **wanted: Any) -> Page:
    found = await deliveries.newest(tx, receiver, limit=limit + 1, **wanted)
    shown = found[:limit]
    tries = await deliveries.tries_of(tx, [one.id for one in shown])
    items = [delivery_view(one, tries[one.id]) async for one in paced(shown)]
    return Page(items, shown[-1].id if len(found) > limit else None)


async def _whole(tx: Tx, webhook_id: int, delivery_id: int) -> dict[str, Any]:
    found = await deliveries.get(tx, webhook_id, delivery_id)
    tries = await deliveries.tries_of(tx, [delivery_id])
    return whole_delivery_view(found, tries[delivery_id])
