"""The history over REST and GraphQL: who asked, filters, CSV, log lines."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.connections import store as connections
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.jobs import run_queue
from odoosync.sync import runs
from odoosync.sync.runs import Asked
from odoosync.sync.tables import run_log
from people import NOW
from queries import Headers, data_of
from queue_world import claim_one

pytestmark = pytest.mark.dialect

RUNS = "/api/v1/runs"


@pytest.fixture
async def connection(database: Database, key_ring: KeyRing, anna: User) -> int:
    return await connect(database, key_ring, anna.tenant_id)


@pytest.fixture
async def history(database: Database, connection: int, anna: User) -> list[str]:
    """Three runs of anna's, a day apart: a failed full one, a verification, one that is queued."""
    asked = [
        Asked("api", anna.id, full=True),
        Asked("command", anna.id, checks="verify"),
        Asked("schedule", None),
    ]
    ids = []
    async with database.tenant(anna.tenant_id) as tx:
        whole = await connections.get(tx, connection)
    for day, wish in enumerate(asked):
        now = NOW + timedelta(days=day)
        async with database.tenant(anna.tenant_id) as tx:
            ids.append((await runs.enqueue(tx, whole, "contacts", wish, now)).run_id)
        if day < 2:
            held = await claim_one(database)
            async with database.tenant(anna.tenant_id) as tx:
                await run_queue.begin(tx, held, now)
                code, said = ("odoo_down", "=HYPERLINK(1)") if day == 0 else (None, None)
                status: runs.Status = "succeeded" if day else "failed"
                end = now + timedelta(seconds=90)
                await runs.finish(tx, held, status, end, error_code=code, error=said)
    line = {"run_id": ids[0], "seq": 1, "at": NOW, "level": "warning", "message": "told"}
    async with database.tenant(anna.tenant_id) as tx:
        await tx.execute(
            insert(run_log).values(tenant_id=anna.tenant_id, fields={"code": "x"}, **line)
        )
    return ids


async def _ids(client: httpx.AsyncClient, headers: Headers, **params: Any) -> list[str]:
    answer = await client.get(RUNS, headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return [run["id"] for run in answer.json()["items"]]


async def test_a_run_tells_who_asked_how_long_it_took_and_why_it_failed(
    client: httpx.AsyncClient, signed_in: Headers, history: list[str], anna: User
) -> None:
    run = (await client.get(f"{RUNS}/{history[0]}", headers=signed_in)).json()
    assert (run["requested_by"], run["requested_name"]) == (anna.id, "anna")
    assert (run["duration"], run["error_code"], run["set_aside"]) == (90.0, "odoo_down", 0)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ({"trigger": "command"}, [1]),
        ({"mode": "full"}, [0]),
        ({"dataset": "contacts", "status": "queued"}, [2]),
        ({"kind": "sync"}, [2, 0]),
        ({"dataset": "contacts", "kind": "verify"}, [1]),
        ({"since": "2026-02-01T12:00:00Z"}, [2, 1]),
        ({"until": "2026-02-01"}, [0]),
    ],
)
async def test_runs_are_chosen_by_what_started_them_their_kind_and_their_time(
    client: httpx.AsyncClient,
    signed_in: Headers,
    history: list[str],
    asked: dict[str, str],
    meant: list[int],
) -> None:
    assert await _ids(client, signed_in, **asked) == [history[day] for day in meant]


async def test_graphql_chooses_alike(
    client: httpx.AsyncClient, signed_in: Headers, history: list[str]
) -> None:
    query = """{ sync_runs(trigger: "api", mode: "full", kind: "sync", since: "2026-01-01",
        until: "2026-02-01") { items { id requested_name set_aside } } }"""
    (run,) = (await data_of(client, signed_in, query))["sync_runs"]["items"]
    assert run == {"id": history[0], "requested_name": "anna", "set_aside": 0}


async def test_the_export_holds_every_run_and_no_formula(
    client: httpx.AsyncClient, signed_in: Headers, history: list[str]
) -> None:
    answer = await client.get("/api/v1/runs.csv", headers=signed_in)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["id"] for line in lines] == history[::-1]
    assert (lines[-1]["error"], lines[-1]["duration"]) == ("'=HYPERLINK(1)", "90.0")


async def test_the_export_goes_by_the_same_filters(
    client: httpx.AsyncClient, signed_in: Headers, history: list[str]
) -> None:
    answer = await client.get("/api/v1/runs.csv", headers=signed_in, params={"mode": "verify"})
    assert [line["id"] for line in csv.DictReader(io.StringIO(answer.text))] == [history[1]]
    bad = await client.get("/api/v1/runs.csv", headers=signed_in, params={"since": "soon"})
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_filter")


async def test_the_log_of_a_run_is_there_over_rest_and_graphql(
    client: httpx.AsyncClient, signed_in: Headers, history: list[str]
) -> None:
    rest = (await client.get(f"{RUNS}/{history[0]}/log", headers=signed_in)).json()
    assert [(line["message"], line["fields"]) for line in rest["items"]] == [
        ("told", {"code": "x"})
    ]
    query = f'{{ sync_run_log(id: "{history[0]}") {{ at level message fields }} }}'
    assert (await data_of(client, signed_in, query))["sync_run_log"] == rest["items"]


async def test_the_log_of_a_run_that_is_not_the_callers_is_not_found(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    answer = await client.get(f"{RUNS}/run-9/log", headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_run")


async def test_a_sync_asked_for_is_audited_with_its_login_and_its_end(
    client: httpx.AsyncClient, signed_in: Headers, connection: int
) -> None:
    form = {"wait": False, "full": True}
    run = (await client.post("/api/v1/contacts/sync", json=form, headers=signed_in)).json()["run"]
    await client.post(f"{RUNS}/{run['id']}/cancel", headers=signed_in)
    entries = (await client.get("/api/v1/audit?kind=sync", headers=signed_in)).json()["items"]
    told = [(entry["kind"], entry["run_id"], entry["actor"]) for entry in entries]
    assert told == [("sync.cancelled", run["id"], "anna"), ("sync.started", run["id"], "anna")]
    assert (entries[1]["connection_id"], entries[1]["odoo_login"]) == (connection, "admin")
    assert entries[1]["detail"] == {"dataset": "contacts", "full": True, "joined": False}
