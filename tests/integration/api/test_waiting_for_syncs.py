"""Requests that wait for the end of a sync count as a user's event streams do."""

from __future__ import annotations

from contextlib import ExitStack

import httpx
import pytest

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.api.services import Services
from odoosync.api.streams import MAX_PER_USER
from odoosync.crypto import KeyRing
from odoosync.db import Database

Headers = dict[str, str]
SYNC = "/api/v1/contacts/sync"


@pytest.fixture
async def connection(database: Database, key_ring: KeyRing, anna: User) -> int:
    return await connect(database, key_ring, anna.tenant_id)


@pytest.fixture
def waiting(services: Services, anna: User) -> ExitStack:
    """As many requests of anna's as may wait."""
    stack = ExitStack()
    for _ in range(MAX_PER_USER):
        stack.enter_context(services.streams.one_of(anna.id))
    return stack


@pytest.mark.parametrize(
    "path", ["contacts/sync", "records/products/sync", "connections/{}/verify"]
)
async def test_a_user_waits_for_so_many_syncs_at_once(
    client: httpx.AsyncClient, signed_in: Headers, connection: int, waiting: ExitStack, path: str
) -> None:
    url = f"/api/v1/{path.format(connection)}"
    with waiting:
        refused = await client.post(url, json={}, headers=signed_in)
        asked = await client.post(url, json={"wait": False}, headers=signed_in)
    waited = await client.post(url, json={}, headers=signed_in)
    assert (refused.status_code, asked.status_code, waited.status_code) == (429, 202, 200)
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize("mutation", ["sync_contacts_from_odoo", "verify"])
async def test_graphql_counts_them_too(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection: int,
    waiting: ExitStack,
    mutation: str,
) -> None:
    del connection
    body = {"query": f"mutation {{ {mutation} {{ success }} }}"}
    with waiting:
        refused = (await client.post("/graphql", json=body, headers=signed_in)).json()
    assert refused["errors"][0]["extensions"]["code"] == "too_many_requests"


async def test_what_was_refused_was_not_asked_for(
    client: httpx.AsyncClient, signed_in: Headers, connection: int, waiting: ExitStack
) -> None:
    del connection
    with waiting:
        await client.post(SYNC, json={}, headers=signed_in)
    assert (await client.get("/api/v1/runs", headers=signed_in)).json()["items"] == []
