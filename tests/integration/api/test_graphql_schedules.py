from __future__ import annotations

import httpx
import pytest

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.crypto import KeyRing
from odoosync.db import Database
from queries import data_of

Headers = dict[str, str]
LIST = "{ schedules { dataset every cron timezone paused_at next_run_at failures } }"


@pytest.fixture(autouse=True)
async def connection_id(database: Database, key_ring: KeyRing, anna: User) -> int:
    return await connect(database, key_ring, anna.tenant_id)


async def test_a_schedule_is_set_and_listed(client: httpx.AsyncClient, signed_in: Headers) -> None:
    query = 'mutation { set_schedule(datasets: ["contacts"], every: 900) { dataset every } }'
    made = (await data_of(client, signed_in, query))["set_schedule"]
    (listed,) = (await data_of(client, signed_in, LIST))["schedules"]
    assert made == [{"dataset": "contacts", "every": 900}]
    assert (listed["every"], listed["cron"], listed["paused_at"]) == (900, None, None)


async def test_all_are_paused_resumed_and_removed(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    await data_of(client, signed_in, 'mutation { set_schedule(cron: "0 3 * * *") { dataset } }')
    paused = await data_of(client, signed_in, "mutation { pause_schedule { next_run_at } }")
    resumed = await data_of(client, signed_in, "mutation { resume_schedule { paused_at } }")
    left = await data_of(client, signed_in, "mutation { remove_schedule { dataset } }")
    assert paused["pause_schedule"] == [{"next_run_at": None}] * 3
    assert resumed["resume_schedule"] == [{"paused_at": None}] * 3
    assert left["remove_schedule"] == []


async def test_freshness_is_told(client: httpx.AsyncClient, signed_in: Headers) -> None:
    await data_of(client, signed_in, "mutation { set_schedule(every: 900) { dataset } }")
    query = "{ freshness { dataset completed_at age interval stale alert_since } }"
    found = (await data_of(client, signed_in, query))["freshness"]
    assert [one["dataset"] for one in found] == ["contacts", "product_variants", "products"]
    assert found[0] == {
        "dataset": "contacts",
        "completed_at": None,
        "age": None,
        "interval": 900,
        "stale": False,
        "alert_since": None,
    }
