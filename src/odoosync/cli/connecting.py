"""What commands about a user's connections work with, put together here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, TypeVar

import typer

from odoosync.accounts.audit import OPERATOR
from odoosync.accounts.users import find_user
from odoosync.addresses.outbound import Outbound
from odoosync.cli.opening import existing_keys, opened_database
from odoosync.clock import utc_now
from odoosync.connections.service import ConnectionService, Owner
from odoosync.odoo.transport import open_transport
from odoosync.settings import Settings
from odoosync.sync.field_names import check_fields
from odoosync.sync.service import SyncService

User = Annotated[str, typer.Option(help="Whose connection.")]
ConnectionId = Annotated[int, typer.Argument(help="The connection's id.", show_default=False)]
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Desk:
    """The operator acts for `owner`."""

    settings: Settings
    service: ConnectionService
    owner: Owner


@asynccontextmanager
async def desk_of(username: str) -> AsyncIterator[Desk]:
    """Open what acts on a user's connections. Raises UserUnknown."""
    async with opened_database() as (settings, database):
        keys = await existing_keys(settings, database)
        user = await find_user(database, username)
        outbound = Outbound.of(settings.ca_file, settings.configured_outbound_proxy)
        transport = open_transport(
            settings.default_odoo_url,
            settings.allowed_odoo_hosts,
            outbound,
            page_megabytes=settings.page_megabytes,
        )
        service = ConnectionService(
            database=database,
            transport=transport,
            key_ring=keys,
            clock=utc_now,
            stop_runs=SyncService(database, clock=utc_now, wait_s=settings.sync_wait).stop_all,
            check_fields=check_fields,
            grace=timedelta(days=settings.connection_grace_days),
            quotas=settings.quotas,
        )
        try:
            yield Desk(settings, service, Owner(user.tenant_id, OPERATOR))
        finally:
            await transport.close()


def at_desk(username: str, work: Callable[[Desk], Awaitable[_Result]]) -> _Result:
    """Do the work of a command."""

    async def run() -> _Result:
        async with desk_of(username) as desk:
            return await work(desk)

    return asyncio.run(run())
