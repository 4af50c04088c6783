"""A user with a connection, whose events are sent by a worker on a clock that is moved by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from odoosync.accounts.audit import Actor
from odoosync.accounts.cross_tenant import User
from odoosync.addresses.guard import AddressGuard
from odoosync.connections.service import Owner
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.notifications.http_delivery import Limits, WebhookClient, webhook_guard
from odoosync.notifications.mailing import Mailer
from odoosync.notifications.sender import DeliveryContext, Sender
from odoosync.notifications.service import WebhookService
from odoosync.notifications.tables import deliveries
from odoosync.sync import events
from odoosync.sync.events import Kind
from people import HeldClock
from waiting import PATIENCE_S

LOOPBACK = webhook_guard(["127.0.0.1:*"])
PATIENT = Limits(connect=PATIENCE_S, total=PATIENCE_S, answer=PATIENCE_S)


@dataclass
class Telling:
    database: Database
    key_ring: KeyRing
    clock: HeldClock
    user: User
    connection_id: int
    guard: AddressGuard
    mailer: Mailer | None = None
    limits: Limits = PATIENT
    _senders: list[tuple[WebhookClient, Sender]] = field(default_factory=list)

    @property
    def owner(self) -> Owner:
        return Owner(self.user.tenant_id, Actor(self.user.id, self.user.username, "password"))

    @property
    def service(self) -> WebhookService:
        return WebhookService(self.database, self.key_ring, self.guard, self.clock, most=20)

    def sender(self) -> Sender:
        """Return what another worker would send with."""
        client = WebhookClient(self.guard, self.limits)
        post = DeliveryContext(
            self.database, self.key_ring, client, self.mailer, self.clock, chance=lambda: 0.5
        )
        self._senders.append((client, Sender(post)))
        return self._senders[-1][1]

    async def hook(self, url: str, **wanted: Any) -> tuple[int, str]:
        """Make a webhook; returns its id and its secret."""
        view, secret = await self.service.create(self.owner, url, **wanted)
        return int(view["id"]), secret.reveal()

    async def happen(self, kind: Kind = "run.failed", **payload: Any) -> None:
        async with self.database.tenant(self.user.tenant_id) as tx:
            at = self.clock()
            await events.record(tx, kind, self.connection_id, "contacts", payload, at=at)

    async def send(self) -> None:
        """Do what a worker does in a second, and wait for what it sent."""
        sender = self.sender()
        await sender.dispatch_due()
        await sender.settle()

    async def pass_time(self, hours: float, *, step_s: float = 300.0) -> None:
        """Let time go by with a worker that looks at every step."""
        for _ in range(int(hours * 3600 / step_s)):
            self.clock.forward(seconds=step_s)
            await self.send()

    async def log(self, webhook_id: int, **wanted: Any) -> list[dict[str, Any]]:
        return (await self.service.log(self.owner, webhook_id, limit=100, **wanted)).items

    async def let_leases_end(self) -> None:
        """As if the workers that hold deliveries had been gone for longer than their leases."""
        async with self.database.tenant(self.user.tenant_id) as tx:
            await tx.execute(tx.update(deliveries).values(lease_until=0.0))

    async def close(self) -> None:
        for client, sender in self._senders:
            await sender.settle()
            await client.close()
