from __future__ import annotations

from typing import Any

import httpx
import pytest

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.connections import store as connections
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.sync import cursors
from odoosync.sync.datasets import DATASETS
from people import NOW
from queries import data_of

pytestmark = pytest.mark.dialect

Headers = dict[str, str]
ADDRESS = "/api/v1/datasets"


@pytest.fixture
async def connection_id(database: Database, key_ring: KeyRing, anna: User) -> int:
    return await connect(database, key_ring, anna.tenant_id)


@pytest.fixture
async def synced(
    client: httpx.AsyncClient,
    signed_in: Headers,
    database: Database,
    anna: User,
    connection_id: int,
) -> int:
    """A connection whose contacts have a schedule, a complete sync, and one that is asked for."""
    schedule = f"/api/v1/connections/{connection_id}/schedule/contacts"
    await client.put(schedule, headers=signed_in, json={"every": 900})
    async with database.tenant(anna.tenant_id) as tx:
        compared = {"rows": 7, "id_sum": 28, "at": "2026-01-31T12:00:00Z"}
        place = (connection_id, "contacts")
        await cursors.write(tx, *place, completed_at=NOW, confirmed=compared)
    await client.post("/api/v1/contacts/sync", headers=signed_in, json={"wait": False})
    return connection_id


async def listed(
    client: httpx.AsyncClient, headers: Headers, **params: Any
) -> dict[str, dict[str, Any]]:
    answer = await client.get(ADDRESS, headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["items"]}


async def test_without_a_connection_they_are_told_as_they_are_declared(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    found = await listed(client, signed_in)
    assert list(found) == list(DATASETS)
    assert found["products"] == {
        "name": "products",
        "model": "product.template",
        "companions": ["product_variants"],
        "connection_id": None,
        "is_synced": False,
        "fields": list(DATASETS["products"].fields),
        "rows": None,
        "held_back": 0,
        "freshness": None,
        "last_run": None,
        "schedule": None,
    }


async def test_a_connection_tells_rows_freshness_schedule_and_last_run(
    client: httpx.AsyncClient, signed_in: Headers, synced: int
) -> None:
    contacts = (await listed(client, signed_in, connection_id=synced))["contacts"]
    place = f"/api/v1/connections/{synced}"
    fresh = (await client.get(f"{place}/freshness", headers=signed_in)).json()["items"]
    schedule = (await client.get(f"{place}/schedule/contacts", headers=signed_in)).json()
    runs = (await client.get("/api/v1/runs", headers=signed_in)).json()["items"]
    assert (contacts["rows"], contacts["is_synced"]) == (7, True)
    assert [contacts["freshness"]] == fresh
    assert contacts["schedule"] == schedule
    assert [contacts["last_run"]] == runs


async def test_of_several_runs_the_last_sync_is_told_and_no_verification(
    client: httpx.AsyncClient, signed_in: Headers, synced: int
) -> None:
    first = (await listed(client, signed_in))["contacts"]["last_run"]["id"]
    await client.post(f"/api/v1/runs/{first}/cancel", headers=signed_in)
    again = await client.post("/api/v1/contacts/sync", headers=signed_in, json={"wait": False})
    verify = {"wait": False, "datasets": ["contacts"]}
    path = f"/api/v1/connections/{synced}/verify"
    assert (await client.post(path, headers=signed_in, json=verify)).status_code == 202
    last = (await listed(client, signed_in))["contacts"]["last_run"]
    assert (last["id"], last["mode"]) == (again.json()["run"]["id"], "incremental")


async def test_what_was_never_synced_says_so(
    client: httpx.AsyncClient, signed_in: Headers, synced: int
) -> None:
    products = (await listed(client, signed_in, connection_id=synced))["products"]
    told = [products[name] for name in ("rows", "freshness", "last_run", "schedule")]
    assert told == [None] * 4


async def test_fields_and_datasets_are_those_that_the_connection_chose(
    client: httpx.AsyncClient,
    signed_in: Headers,
    database: Database,
    anna: User,
    connection_id: int,
) -> None:
    chosen = {"datasets": ["contacts"], "fields": {"contacts": ["email"]}}
    async with database.tenant(anna.tenant_id) as tx:
        extra = {"contacts": ["x_score"]}
        await connections.update(tx, connection_id, NOW, preferences=chosen, extra_fields=extra)
    found = await listed(client, signed_in)
    assert found["contacts"]["fields"] == [
        "email",
        "display_name",
        "active",
        "write_date",
        "x_score",
    ]
    assert [name for name, one in found.items() if one["is_synced"]] == ["contacts"]


async def test_somebody_elses_connection_is_absent(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    answer = await client.get(ADDRESS, headers=signed_in, params={"connection_id": 99})
    assert answer.status_code == 404


async def test_graphql_tells_the_same(
    client: httpx.AsyncClient, signed_in: Headers, synced: int
) -> None:
    query = """query ($id: BigInt) { datasets(connection_id: $id) {
        name model companions connection_id is_synced fields rows held_back
        freshness { connection_id dataset completed_at age undated_at
            interval stale_from stale alert_since }
        schedule { dataset every next_run_at } last_run { id status } } }"""
    told = (await data_of(client, signed_in, query, id=synced))["datasets"]
    rest = await listed(client, signed_in, connection_id=synced)
    for one in told:
        for name, parts in (("schedule", "dataset every next_run_at"), ("last_run", "id status")):
            whole = rest[one["name"]][name]
            rest[one["name"]][name] = whole and {part: whole[part] for part in parts.split()}
    assert told == list(rest.values())
