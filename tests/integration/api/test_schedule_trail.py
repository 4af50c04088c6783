"""What the audit keeps of schedules: who changed which from what to what, on every surface."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from typer.testing import CliRunner

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.cli.main import app_with
from odoosync.crypto import KeyRing, new_key_ring
from odoosync.db import Database, open_database
from odoosync.sync.schedules.ticker import tick
from people import HeldClock
from queries import data_of

Headers = dict[str, str]
HOURLY = {"every": 3600, "paused": False}
NIGHTLY = {"cron": "0 3 * * *", "timezone": "UTC", "paused": False}


@pytest.fixture
async def connection_id(database: Database, key_ring: KeyRing, anna: User) -> int:
    return await connect(database, key_ring, anna.tenant_id)


@pytest.fixture
def schedule(connection_id: int) -> str:
    return f"/api/v1/connections/{connection_id}/schedule/contacts"


async def kept(client: httpx.AsyncClient, headers: Headers, kind: str = "schedule") -> list[Any]:
    """List the entries of a kind, oldest first."""
    answer = await client.get("/api/v1/audit", headers=headers, params={"kind": kind})
    items: list[Any] = answer.json()["items"]
    return items[::-1]


def steps(entries: list[Any]) -> list[tuple[Any, Any]]:
    return [(one["detail"]["from"], one["detail"]["to"]) for one in entries]


async def test_rest_tells_each_change_from_what_to_what(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    await client.put(schedule, headers=signed_in, json={"every": 3600})
    await client.put(schedule, headers=signed_in, json={"cron": "0 3 * * *"})
    for action in ("pause", "pause", "resume"):
        await client.post(f"{schedule}/{action}", headers=signed_in)
    await client.delete(schedule, headers=signed_in)
    assert steps(await kept(client, signed_in)) == [
        (None, HOURLY),
        (HOURLY, NIGHTLY),
        (NIGHTLY, NIGHTLY | {"paused": True}),
        (NIGHTLY | {"paused": True}, NIGHTLY),
        (NIGHTLY, None),
    ]


async def test_an_entry_tells_who_of_which_connection_and_which_dataset(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str, connection_id: int
) -> None:
    await client.put(schedule, headers=signed_in, json={"every": 3600})
    (entry,) = await kept(client, signed_in)
    assert (entry["kind"], entry["actor"], entry["via"]) == ("schedule.changed", "anna", "password")
    assert (entry["connection_id"], entry["odoo_login"]) == (connection_id, "admin")
    assert entry["detail"]["dataset"] == "contacts"


async def test_what_is_refused_is_not_told(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    await client.post(f"{schedule}/pause", headers=signed_in)
    await client.put(schedule, headers=signed_in, json={"cron": "never"})
    assert await kept(client, signed_in) == []


@pytest.mark.usefixtures("connection_id")
async def test_graphql_tells_each_dataset_that_was_changed(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    for call in (
        'set_schedule(datasets: ["products"], every: 3600)',
        'pause_schedule(datasets: ["product_variants"])',
        "resume_schedule",
        "remove_schedule",
    ):
        await data_of(client, signed_in, f"mutation {{ {call} {{ dataset }} }}")
    entries = await kept(client, signed_in)
    assert [one["detail"]["dataset"] for one in entries] == [
        *("products", "product_variants"),
        *("product_variants", "product_variants"),
        *("product_variants", "products"),
    ]
    assert steps(entries)[-1] == (HOURLY, None)


async def test_a_scheduled_run_is_told_by_the_history_and_not_by_the_audit(
    client: httpx.AsyncClient,
    signed_in: Headers,
    schedule: str,
    database: Database,
    clock: HeldClock,
) -> None:
    await client.put(schedule, headers=signed_in, json={"every": 900})
    clock.forward(minutes=15)
    assert await tick(database, clock()) == 1
    (run,) = (await client.get("/api/v1/runs", headers=signed_in)).json()["items"]
    assert (run["trigger"], run["requested_name"]) == ("schedule", "anna")
    assert await kept(client, signed_in, "sync") == []


async def test_who_joins_a_run_that_waits_is_told_as_joining(
    client: httpx.AsyncClient, signed_in: Headers, schedule: str
) -> None:
    del schedule
    for _ in range(2):
        await client.post("/api/v1/contacts/sync", headers=signed_in, json={"wait": False})
    entries = await kept(client, signed_in, "sync")
    assert [one["detail"]["joined"] for one in entries] == [False, True]
    assert len({one["run_id"] for one in entries}) == 1


@pytest.fixture
def run(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., str]]:
    """Run commands for anna, who has a connection; the logging that they set up is undone."""
    monkeypatch.setenv("ODOOSYNC_DATABASE_URL", database_url)
    monkeypatch.setenv("ODOOSYNC_DATA_DIR", str(tmp_path / "data"))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def invoke(*arguments: str, stdin: str = "") -> str:
        result = CliRunner().invoke(app_with(arguments[:1]), list(arguments), input=stdin)
        assert result.exit_code == 0, result.exception
        return result.output

    async def connected() -> None:
        opened = open_database(database_url)
        await connect(opened, new_key_ring(), tenant_id=1)
        await opened.close()

    invoke("user", "create", "anna", "--password-stdin", stdin="api_password")
    asyncio.run(connected())
    yield invoke
    root.handlers[:] = handlers
    root.setLevel(level)


def test_commands_are_told_as_the_operators(run: Callable[..., str]) -> None:
    run("schedule", "set", "contacts", "--every", "3600", "--user", "anna")
    run("schedule", "pause", "--user", "anna")
    run("schedule", "resume", "contacts", "--user", "anna")
    run("schedule", "remove", "--user", "anna")
    lines = run("audit", "--user", "anna", "--kind", "schedule", "--json").splitlines()
    entries = [orjson.loads(line) for line in lines][::-1]
    paused = HOURLY | {"paused": True}
    assert {one["via"] for one in entries} == {"command"}
    assert steps(entries) == [(None, HOURLY), (HOURLY, paused), (paused, HOURLY), (HOURLY, None)]
