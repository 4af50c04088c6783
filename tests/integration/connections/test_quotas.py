"""What one tenant may have, and what is said when that is reached."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from integration.connections.calling import ADMIN, CONNECTIONS, PROFILE, Calls
from odoo_sandbox import SandboxServer
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.quotas import Quotas
from served import client_of


@pytest.fixture
async def bounded(
    beside_odoo: Services, options: ApiOptions, signed_in: dict[str, str]
) -> AsyncIterator[Calls]:
    """Anna's calls, where nobody may have more than one of anything."""
    accounts = replace(beside_odoo.accounts, quotas=Quotas(connections=1, api_keys=1, webhooks=1))
    async with client_of(create_api(replace(beside_odoo, accounts=accounts), options)) as client:
        yield Calls(client, signed_in)


async def test_no_more_connections_are_made_until_one_is_deleted(
    bounded: Calls, other: SandboxServer
) -> None:
    first = await bounded.create()
    second = ADMIN | {"odoo_url": other.url}
    assert await bounded.refused("POST", CONNECTIONS, second) == (409, "quota_reached")
    assert await bounded.refused("POST", PROFILE, second) == (409, "quota_reached")
    assert (await bounded.ok("POST", PROFILE, ADMIN))["connection_id"] == first["id"]
    await bounded.ok("DELETE", f"{CONNECTIONS}/{first['id']}")
    await bounded.create(odoo_url=other.url)
    restore = f"{CONNECTIONS}/{first['id']}/restore"
    password = {"odoo_password": "admin"}
    assert await bounded.refused("POST", restore, password) == (409, "quota_reached")


async def test_no_more_keys_are_made_until_one_is_revoked(bounded: Calls) -> None:
    wanted = {"name": "report", "scopes": ["read"]}
    made = await bounded.ok("POST", "/api/v1/api-keys", wanted)
    assert await bounded.refused("POST", "/api/v1/api-keys", wanted) == (409, "quota_reached")
    await bounded.ok("DELETE", f"/api/v1/api-keys/{made['id']}")
    await bounded.ok("POST", "/api/v1/api-keys", wanted)


async def test_no_more_webhooks_are_made(bounded: Calls) -> None:
    wanted = {"url": "https://receiver.example/"}
    await bounded.ok("POST", "/api/v1/webhooks", wanted)
    assert await bounded.refused("POST", "/api/v1/webhooks", wanted) == (409, "too_many_webhooks")
