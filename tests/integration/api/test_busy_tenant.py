"""One tenant's lists that keep the database busy, and what others notice of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from copies import ANNA, connect, keep
from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.sessions import sign_in
from odoosync.accounts.users import create_user
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.crypto import KeyRing
from odoosync.db import Database, Share, Tx, open_database
from odoosync.migrations import head_revision
from odoosync.store import reading
from people import PASSWORD
from served import client_of
from waiting import PATIENCE_S

pytestmark = pytest.mark.dialect

ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n")
LIST = "/api/v1/contacts"
Headers = dict[str, str]


@pytest.fixture
async def shared(database_url: str) -> AsyncIterator[Database]:
    share = Share(statement_s=0.3, patience_s=0.2)
    opened = open_database(database_url, share=share, pool_size=2)
    yield opened
    await opened.close()


@pytest.fixture
async def client(services: Services, shared: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A service whose database is shared, with an entrance of its own."""
    options = ApiOptions(schema_revision=head_revision())
    async with client_of(create_api(replace(services, database=shared), options)) as opened:
        yield opened


@pytest.fixture
async def other(accounts: Accounts, database: Database, key_ring: KeyRing, anna: User) -> Headers:
    """Headers of bert, who has a copy of his own, as anna has."""
    bert = await create_user(accounts, "bert", PASSWORD)
    for tenant_id in (anna.tenant_id, bert.tenant_id):
        made = await connect(database, key_ring, tenant_id)
        await keep(database, tenant_id, made, {1: ANNA})
    grant = await sign_in(accounts, "bert", PASSWORD, address="192.0.2.2")
    return {"Authorization": f"Bearer {grant.access_token}"}


@pytest.fixture
def let_go() -> asyncio.Event:
    """Ends the transactions of those who search for `held`."""
    return asyncio.Event()


@pytest.fixture(autouse=True)
def slow_searches(monkeypatch: pytest.MonkeyPatch, let_go: asyncio.Event) -> None:
    """Searching for `endless` never ends by itself; for `held`, when it is let go."""
    read_page = reading.read_page

    async def read(tx: Tx, query: reading.Query, **wanted: Any) -> Any:
        if query.search == "endless":
            await tx.connection.execute(ENDLESS)
        if query.search == "held":
            await let_go.wait()
        return await read_page(tx, query, **wanted)

    monkeypatch.setattr(reading, "read_page", read)


async def test_a_list_that_takes_too_long_is_ended_and_says_what_to_do(
    client: httpx.AsyncClient, signed_in: Headers, other: Headers
) -> None:
    del other
    async with asyncio.timeout(PATIENCE_S):
        answer = await client.get(f"{LIST}?search=endless", headers=signed_in)
        query = {"query": '{ contacts(search: "endless") { items { id } } }'}
        told = (await client.post("/graphql", json=query, headers=signed_in)).json()
    assert (answer.status_code, answer.json()["code"]) == (503, "query_too_slow")
    assert "filter" in answer.json()["detail"]
    assert told["errors"][0]["extensions"]["code"] == "query_too_slow"


async def test_others_are_answered_while_one_keeps_the_database_busy(
    client: httpx.AsyncClient, signed_in: Headers, other: Headers, let_go: asyncio.Event
) -> None:
    held = f"{LIST}?search=held"
    asked = [asyncio.create_task(client.get(held, headers=signed_in)) for _ in range(24)]
    going = set(asked)
    async with asyncio.timeout(PATIENCE_S / 2):
        while len(going) > 2:
            _, going = await asyncio.wait(going, return_when=asyncio.FIRST_COMPLETED)
        listed = await client.get(f"{LIST}?limit=5", headers=other)
        form = {"username": "anna", "password": PASSWORD}
        signing_in = await client.post("/api/v1/auth/token", data=form)
        ready = await client.get("/readyz")
    assert len(going) == 2
    let_go.set()
    await asyncio.wait(going)
    refused = [one.result() for one in asked if one not in going]
    assert [answer.status_code for answer in (listed, signing_in, ready)] == [200] * 3
    assert {one.json()["code"] for one in refused} == {"too_many_at_once"}
    assert all(int(one.headers["retry-after"]) > 0 for one in refused)
