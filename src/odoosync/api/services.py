"""What routers work with: put together by the composition root, reached by one dependency."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from odoosync.accounts import Accounts
from odoosync.clock import Clock
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.odoo.transport import Transport
from odoosync.sync.service import SyncService


@dataclass(frozen=True)
class Services:
    database: Database
    key_ring: KeyRing
    clock: Clock
    accounts: Accounts
    transport: Transport
    sync: SyncService
    default_odoo_url: str
    registration_open: bool = False
    reveal_secrets: bool = True


def get_services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(get_services)]
