from __future__ import annotations

from typing import Any

import httpx
import pytest

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.sync import cursors
from people import NOW, HeldClock

Headers = dict[str, str]
WORKDAYS = {"cron": "0 6-20 * * mon-fri", "timezone": "Europe/Berlin"}


@pytest.fixture
async def connection_id(database: Database, key_ring: KeyRing, anna: User) -> int:
    return await connect(database, key_ring, anna.tenant_id)


@pytest.fixture
def schedule(connection_id: int) -> str:
    return f"/api/v1/connections/{connection_id}/schedule"


async def listed(client: httpx.AsyncClient, headers: Headers, address: str) -> dict[str, Any]:
    answer = await client.get(address, headers=headers)
    assert answer.status_code == 200
    return {one["dataset"]: one for one in answer.json()["items"]}


@pytest.mark.parametrize("body", [b"", b"{", b'{"every": 5}'])
async def test_the_schedule_of_somebody_elses_connection_is_absent_whatever_the_body_is(
    client: httpx.AsyncClient, signed_in: Headers, body: bytes
) -> None:
    headers = {**signed_in, "Content-Type": "application/json"}
    for path in ("", "/contacts"):
        address = f"/api/v1/connections/99/schedule{path}"
        assert (await client.put(address, headers=headers, content=body)).status_code == 404


async def test_a_connection_has_no_schedules_at_first(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    answer = await client.get(schedule, headers=signed_in)
    assert answer.json() == {"items": [], "next_cursor": None}


async def test_a_dataset_is_scheduled_by_an_interval(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    answer = await client.put(f"{schedule}/contacts", headers=signed_in, json={"every": 3600})
    assert (answer.status_code, answer.json()["every"], answer.json()["cron"]) == (200, 3600, None)
    assert answer.json() == (await listed(client, signed_in, schedule))["contacts"]


async def test_products_bring_their_variants(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    await client.put(f"{schedule}/products", headers=signed_in, json=WORKDAYS)
    found = await listed(client, signed_in, schedule)
    assert {name: one["cron"] for name, one in found.items()} == {
        "products": "0 6-20 * * MON-FRI",
        "product_variants": "0 6-20 * * MON-FRI",
    }


async def test_without_names_all_usual_datasets_are_scheduled(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    await client.put(schedule, headers=signed_in, json={"every": 900})
    found = await listed(client, signed_in, schedule)
    assert sorted(found) == ["contacts", "product_variants", "products"]


async def test_a_second_schedule_takes_the_place_of_the_first(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    await client.put(f"{schedule}/contacts", headers=signed_in, json={"every": 3600})
    await client.put(f"{schedule}/contacts", headers=signed_in, json=WORKDAYS)
    (only,) = (await listed(client, signed_in, schedule)).values()
    assert (only["every"], only["timezone"]) == (None, "Europe/Berlin")


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"every": 59},
        {"every": 3600, "cron": "0 * * * *"},
        {"every": 3600, "timezone": "UTC"},
        {"cron": "0 0 30 2 *"},
        {"cron": "* * * * * *"},
        {"cron": "0 * * * *", "timezone": "Mars/Olympus"},
        {"every": 3600, "hourly": True},
    ],
)
async def test_what_is_no_schedule_is_refused(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str, form: dict[str, Any]
) -> None:
    answer = await client.put(f"{schedule}/contacts", headers=signed_in, json=form)
    assert (answer.status_code, answer.json()["code"]) in {
        (422, "bad_schedule"),
        (422, "invalid_request"),
    }


async def test_an_unknown_dataset_has_no_schedule(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    answer = await client.put(f"{schedule}/invoices", headers=signed_in, content=b"{")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_dataset")


async def test_a_pause_survives_new_credentials_and_ends_by_resuming(
    client: httpx.AsyncClient,
    signed_in: Headers,
    schedule: str,
    database: Database,
    key_ring: KeyRing,
    anna: User,
) -> None:
    await client.put(schedule, headers=signed_in, json={"every": 900})
    await client.post(f"{schedule}/contacts/pause", headers=signed_in)
    await connect(database, key_ring, anna.tenant_id)
    paused = (await listed(client, signed_in, schedule))["contacts"]
    resumed = await client.post(f"{schedule}/contacts/resume", headers=signed_in)
    assert (paused["paused_at"] is None, paused["next_run_at"]) == (False, None)
    assert (resumed.json()["paused_at"], resumed.json()["next_run_at"] is None) == (None, False)


async def test_a_schedule_can_be_removed_once(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    await client.put(f"{schedule}/contacts", headers=signed_in, json={"every": 900})
    codes = [
        (await client.delete(f"{schedule}/contacts", headers=signed_in)).status_code
        for _ in range(2)
    ]
    assert codes == [204, 404]


async def test_freshness_tells_age_and_when_the_promise_is_broken(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection_id: int,
    database: Database,
    anna: User,
    clock: HeldClock,
) -> None:
    address = f"/api/v1/connections/{connection_id}"
    await client.put(f"{address}/schedule/contacts", headers=signed_in, json={"every": 900})
    async with database.tenant(anna.tenant_id) as tx:
        await cursors.write(tx, connection_id, "contacts", completed_at=NOW, volatile_at=NOW)
    clock.forward(minutes=31)
    (only,) = (await listed(client, signed_in, f"{address}/freshness")).values()
    assert only == {
        "connection_id": connection_id,
        "dataset": "contacts",
        "completed_at": "2026-01-31T12:00:00.123456Z",
        "age": 1860.0,
        "undated_at": "2026-01-31T12:00:00.123456Z",
        "interval": 900,
        "stale_from": "2026-01-31T12:30:00.123456Z",
        "stale": True,
        "alert_since": None,
    }


async def test_what_has_no_schedule_promises_nothing(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection_id: int,
    database: Database,
    anna: User,
) -> None:
    async with database.tenant(anna.tenant_id) as tx:
        await cursors.write(tx, connection_id, "contacts", completed_at=NOW)
    address = f"/api/v1/connections/{connection_id}/freshness"
    (only,) = (await listed(client, signed_in, address)).values()
    assert (only["stale"], only["stale_from"], only["age"]) == (False, None, 0.0)
