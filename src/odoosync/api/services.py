"""What routers work with: put together by the composition root, reached by one dependency."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request

from odoosync.accounts import Accounts
from odoosync.addresses.guard import AddressGuard
from odoosync.api.shared_poll import SharedPoll
from odoosync.api.streams import Streams
from odoosync.clock import Clock
from odoosync.connections.service import ConnectionService
from odoosync.connections.testing import TEST_SECONDS
from odoosync.crypto import KEYS_SETTING, KeyRing
from odoosync.db import Database
from odoosync.notifications.confirming import AddressService
from odoosync.notifications.http_delivery import webhook_guard
from odoosync.notifications.service import WebhookService
from odoosync.odoo.transport import Transport
from odoosync.store.changes import Position
from odoosync.sync.field_names import check_fields
from odoosync.sync.service import SyncService


@dataclass(frozen=True)
class Services:
    """`database` may be busy with what is read of the copies; see `entrance`."""

    database: Database
    key_ring: KeyRing
    clock: Clock
    accounts: Accounts
    transport: Transport
    sync: SyncService
    default_odoo_url: str
    keys_place: str = KEYS_SETTING
    registration_open: bool = False
    reveal_secrets: bool = True
    connection_grace: timedelta = timedelta(days=7)
    test_seconds: float = TEST_SECONDS
    public_url: str | None = None
    streams: Streams = field(default_factory=Streams)
    change_poll: SharedPoll[None, Position] = field(default_factory=SharedPoll)
    run_poll: SharedPoll[str, dict[str, Any]] = field(default_factory=SharedPoll)
    webhook_guard: AddressGuard = field(default_factory=lambda: webhook_guard(()))

    @property
    def entrance(self) -> Database:
        """What answers who calls and whether all is well: it never waits for lists."""
        return self.accounts.database

    async def close(self) -> None:
        """Close what was opened for these services."""
        await self.transport.close()
        await self.database.close()
        await self.entrance.close()

    @property
    def connections(self) -> ConnectionService:
        """What owners do to their connections."""
        return ConnectionService(
            database=self.database,
            transport=self.transport,
            key_ring=self.key_ring,
            clock=self.clock,
            stop_runs=self.sync.stop_all,
            check_fields=check_fields,
            grace=self.connection_grace,
            test_seconds=self.test_seconds,
            quotas=self.accounts.quotas,
        )

    @property
    def addresses(self) -> AddressService:
        """What users do to the address that mails go to."""
        return AddressService(self.accounts, self.public_url)

    @property
    def webhooks(self) -> WebhookService:
        """What owners do to their webhooks."""
        return WebhookService(
            self.database,
            self.key_ring,
            self.webhook_guard,
            self.clock,
            most=self.accounts.quotas.webhooks,
        )


def get_services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]
