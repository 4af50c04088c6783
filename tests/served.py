"""The API served in-process, on services whose clock and passwords are the tests' own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import httpx
import pytest
from fastapi import FastAPI

from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.sessions import sign_in
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.migrations import head_revision
from odoosync.odoo.transport import open_transport
from odoosync.sync.service import SyncService
from people import PASSWORD, HeldClock

ADDRESS = "192.0.2.1"


@asynccontextmanager
async def client_of(app: FastAPI, address: str = ADDRESS) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client that calls from `address`; an error that nobody caught fails the test."""
    transport = httpx.ASGITransport(app, client=(address, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://odoosync") as opened:
        yield opened


@pytest.fixture
async def services(
    database: Database, key_ring: KeyRing, clock: HeldClock, accounts: Accounts
) -> AsyncIterator[Services]:
    transport = open_transport("http://localhost:8069", ())
    yield Services(
        database=database,
        key_ring=key_ring,
        clock=clock,
        accounts=accounts,
        transport=transport,
        sync=SyncService(database, clock=clock, wait_s=1),
        default_odoo_url="http://localhost:8069",
    )
    await transport.close()


newest_revision = cache(head_revision)
"""Read once a process: it looks through all migrations."""


@pytest.fixture
def options() -> ApiOptions:
    return ApiOptions(schema_revision=newest_revision(), rate_limit=100)


@pytest.fixture
def app(services: Services, options: ApiOptions) -> FastAPI:
    return create_api(services, options)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as opened:
        yield opened


@pytest.fixture
async def signed_in(accounts: Accounts, anna: User) -> dict[str, str]:
    """Headers with anna's access token, fresh from her password."""
    grant = await sign_in(accounts, anna.username, PASSWORD, address=ADDRESS)
    return {"Authorization": f"Bearer {grant.access_token}"}
