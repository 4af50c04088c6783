"""The API in-process beside sandbox Odoos on loopback sockets, signed in as two users."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from commands import Run, command
from copies import ANNA, BERT, keep
from integration.connections.calling import CONNECTIONS, Calls
from odoo_sandbox import SandboxServer, seed_world
from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.sessions import sign_in
from odoosync.accounts.users import create_user
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.clock import utc_now
from odoosync.db import Database
from odoosync.odoo.transport import open_transport
from people import PASSWORD, accounts, anna, clock, key_ring
from served import ADDRESS, client_of, options, services, signed_in

__all__ = ["accounts", "anna", "clock", "command", "key_ring", "options", "services", "signed_in"]


@pytest.fixture
def odoo() -> Iterator[SandboxServer]:
    with SandboxServer(seed_world(18, contacts=5, products=2, clock=utc_now)) as running:
        yield running


@pytest.fixture
def other() -> Iterator[SandboxServer]:
    with SandboxServer(seed_world(16, contacts=8, products=3, clock=utc_now)) as running:
        yield running


@pytest.fixture
async def beside_odoo(services: Services, odoo: SandboxServer) -> AsyncIterator[Services]:
    transport = open_transport(odoo.url, ("127.0.0.1:*",))
    yield replace(services, transport=transport, default_odoo_url=odoo.url)
    await transport.close()


@pytest.fixture
async def calls(
    beside_odoo: Services, options: ApiOptions, signed_in: dict[str, str]
) -> AsyncIterator[Calls]:
    """Anna's calls."""
    async with client_of(create_api(beside_odoo, options)) as client:
        yield Calls(client, signed_in)


@pytest.fixture
async def bert(calls: Calls, accounts: Accounts) -> Calls:
    """Another user's calls, to the same service."""
    await create_user(accounts, "bert", PASSWORD)
    grant = await sign_in(accounts, "bert", PASSWORD, address=ADDRESS)
    return Calls(calls.client, {"Authorization": f"Bearer {grant.access_token}"})


@pytest.fixture
def run(command: Run, odoo: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands beside a sandbox that is the default Odoo, where anna is a user."""
    monkeypatch.setenv("ODOOSYNC_DEFAULT_ODOO_URL", odoo.url)
    monkeypatch.setenv("ODOOSYNC_ALLOWED_ODOO_HOSTS", "127.0.0.1:*")
    command("user", "create", "anna", "--password-stdin", stdin="api_password")
    return command


@pytest.fixture
def of_anna(run: Run) -> Run:
    """The commands of `odoosync connection`, for anna."""

    def invoke(command: str, *arguments: str, stdin: str = "") -> str:
        return run("connection", command, "--user", "anna", *arguments, stdin=stdin)

    return invoke


@pytest.fixture
async def annas(calls: Calls, database: Database, anna: User) -> dict[str, Any]:
    """Ids of what anna has, by the names of the parameters that they are sent as."""
    made = (await calls.create())["id"]
    await calls.ok("PUT", f"{CONNECTIONS}/{made}/schedule/contacts", {"every": 3600})
    await keep(database, anna.tenant_id, made, {1: ANNA, 2: BERT})
    run = (await calls.ok("POST", "/api/v1/contacts/sync", {"wait": False}))["run"]["id"]
    key = await calls.ok("POST", "/api/v1/api-keys", {"name": "robot", "scopes": ["read"]})
    receiver = {"url": "https://example.com/receiver", "kinds": ["run.finished"]}
    webhook = await calls.ok("POST", "/api/v1/webhooks", receiver)
    test = await calls.ok("POST", f"/api/v1/webhooks/{webhook['id']}/test")
    return {
        "connection_id": made,
        "webhook_id": webhook["id"],
        "delivery_id": test["id"],
        "run_id": run,
        "record_id": f"{made}-1",
        "key_id": key["id"],
        "dataset": "contacts",
    }
