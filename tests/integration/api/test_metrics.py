from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from copies import connect
from odoosync.accounts.audit import SERVICE
from odoosync.accounts.cross_tenant import User
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.connections import store as connections
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.sync import cursors, runs
from odoosync.sync.freshness.watch import watch
from odoosync.sync.runs import Asked
from odoosync.sync.schedule_tables import schedules
from odoosync.sync.schedules import planning
from odoosync.sync.schedules.planning import Planner, Wish
from people import NOW, HeldClock
from served import client_of

pytestmark = pytest.mark.dialect

Samples = dict[tuple[str, str], float]


async def read(app: FastAPI) -> Samples:
    """Return each sample by its name and its labels' values."""
    async with client_of(app, "127.0.0.1") as client:
        answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
async def stale(
    database: Database, key_ring: KeyRing, anna: User, clock: HeldClock
) -> tuple[int, HeldClock]:
    """A connection whose contacts are an hour old and were to be synced every 15 minutes."""
    made = await connect(database, key_ring, anna.tenant_id)
    who = Planner(database, clock, anna.tenant_id, anna.id, SERVICE)
    await planning.set_schedules(who, ["contacts"], Wish(every=900))
    async with database.tenant(anna.tenant_id) as tx:
        await cursors.write(tx, made, "contacts", completed_at=NOW)
    clock.forward(hours=1)
    await watch(database, clock())
    return made, clock


async def test_metrics_tell_what_is_stale(app: FastAPI, stale: tuple[int, HeldClock]) -> None:
    seen = await read(app)
    assert seen["odoosync_copy_age_seconds_max", "contacts"] == pytest.approx(3600, abs=0.01)
    assert seen["odoosync_alerts_open", "contacts"] == 1
    assert seen["odoosync_stale_copy_age_seconds", f"{stale[0]},contacts"] == pytest.approx(
        3600, abs=0.01
    )


async def test_metrics_tell_that_nobody_ticks(app: FastAPI, stale: tuple[int, HeldClock]) -> None:
    before = (await read(app))["odoosync_schedule_overdue_seconds", ""]
    stale[1].now += timedelta(hours=1)
    after = (await read(app))["odoosync_schedule_overdue_seconds", ""]
    assert before > 0
    assert after - before == pytest.approx(3600, abs=0.01)


@pytest.mark.usefixtures("stale")
async def test_ages_are_counted_in_buckets(app: FastAPI) -> None:
    seen = await read(app)
    name = "odoosync_copy_age_seconds_bucket"
    assert [seen[name, f"contacts,{up_to}"] for up_to in ("900.0", "+Inf")] == [0, 1]


async def test_a_deleted_connection_is_left_out(
    app: FastAPI, stale: tuple[int, HeldClock], database: Database, anna: User
) -> None:
    made, clock = stale
    async with database.tenant(anna.tenant_id) as tx:
        await tx.execute(tx.update(schedules).values(failures=3))
        connection = await connections.get(tx, made)
        await runs.enqueue(tx, connection, "contacts", Asked("api", anna.id), clock())
    before = await read(app)
    async with database.tenant(anna.tenant_id) as tx:
        await connections.delete(tx, made, clock(), grace=timedelta(days=7))
    after = await read(app)
    for name, label in (
        ("alerts_open", "contacts"),
        ("schedules", "failing"),
        ("open_runs", "waiting"),
    ):
        key = (f"odoosync_{name}", label)
        assert (before[key], after[key]) == (1, 0), name
    assert not any(name == "odoosync_stale_copy_age_seconds" for name, _ in after)


async def test_an_empty_service_has_metrics(app: FastAPI) -> None:
    seen = await read(app)
    assert (seen["odoosync_workers", ""], seen["odoosync_schedules", "good"]) == (0, 0)


async def test_metrics_are_shown_to_this_machine_alone(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert (answer.status_code, answer.json()["code"]) == (403, "metrics_refused")


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_a_proxy_on_this_machine_is_not_this_machine(app: FastAPI, name: str) -> None:
    async with client_of(app, "127.0.0.1") as client:
        answer = await client.get("/metrics", headers={name: "203.0.113.5"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("sent", "status"),
    [("", 401), ("Bearer wrong", 401), ("Bearer sesame", 200), ("Bearer ß".encode("latin-1"), 401)],
)
async def test_a_token_opens_them_from_anywhere(
    services: Services, options: ApiOptions, sent: Any, status: int
) -> None:
    guarded = create_api(
        services, ApiOptions(schema_revision=options.schema_revision, metrics_token="sesame")
    )
    async with client_of(guarded) as client:
        assert (await client.get("/metrics", headers={"Authorization": sent})).status_code == status
