"""Lists of records mean the active connection, histories mean all; each line names its own."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from commands import Run
from copies import ANNA, NOW, keep
from integration.connections.calling import ADMIN_OPTIONS, CONNECTIONS, Calls
from odoo_sandbox import SandboxServer
from odoosync.accounts.cross_tenant import User
from odoosync.db import Database, open_database
from odoosync.sync import questions, set_aside
from odoosync.sync.questions import Place
from odoosync.sync.set_aside import Fault
from queries import data_of

COUNTS = {"gone": 3, "kept": 4, "visible": 1, "seems": "deleted"}


async def fill(database: Database, tenant_id: int, connection_id: int) -> None:
    """Give a connection a row, one that Odoo fails on, and deletions that wait."""
    await keep(database, tenant_id, connection_id, {1: ANNA})
    async with database.tenant(tenant_id) as tx:
        faults = [Fault(7, "", "odoo_error", "Odoo fails on this row.")]
        await set_aside.settle(tx, connection_id, "contacts", read=(), faults=faults, now=NOW)
        place = Place(connection_id, "contacts", "deletions")
        await questions.ask(tx, place, [5], reason="Why.", counts=COUNTS, run_id="r", now=NOW)


@pytest.fixture
async def both(calls: Calls, other: SandboxServer, database: Database, anna: User) -> list[int]:
    """The ids of two connections that have the same of everything; the first one is active."""
    made = [await calls.create(), await calls.create(odoo_url=other.url)]
    ids = [one["id"] for one in made]
    for connection_id in ids:
        await fill(database, anna.tenant_id, connection_id)
        await calls.ok("PUT", f"{CONNECTIONS}/{connection_id}/schedule/contacts", {"every": 3600})
        form = {"wait": False, "connection_id": connection_id}
        await calls.ok("POST", "/api/v1/contacts/sync", form)
    return ids


def named_in(items: list[Any]) -> set[int | None]:
    return {one["connection_id"] for one in items}


async def test_histories_tell_of_all_connections_and_records_of_the_active_one(
    calls: Calls, both: list[int]
) -> None:
    for path in ("runs", "changes", "audit?kind=sync"):
        assert named_in((await calls.ok("GET", f"/api/v1/{path}"))["items"]) == set(both)
    assert named_in((await calls.ok("GET", "/api/v1/datasets"))["items"]) == {both[0]}
    records = (await calls.ok("GET", "/api/v1/contacts"))["items"]
    assert [one["id"] for one in records] == [f"{both[0]}-1"]


async def test_graphql_means_the_same(calls: Calls, both: list[int]) -> None:
    histories = "sync_runs { items { connection_id } } changes { items { connection_id } }"
    told = await data_of(calls.client, calls.headers, f"{{ {histories} }}")
    assert [named_in(one["items"]) for one in told.values()] == [set(both)] * 2
    of_one = """{ set_aside { items { connection_id } } deletions { connection_id }
        schedules { connection_id } freshness { connection_id } datasets { connection_id } }"""
    told = await data_of(calls.client, calls.headers, of_one)
    lists = [told.pop("set_aside")["items"], *told.values()]
    assert [named_in(one) for one in lists] == [{both[0]}] * 5


@pytest.mark.parametrize("noun", ["set-aside", "deletions", "schedule", "freshness"])
async def test_what_is_asked_of_one_connection_names_it_in_each_item(
    calls: Calls, both: list[int], noun: str
) -> None:
    answer = await calls.ok("GET", f"{CONNECTIONS}/{both[1]}/{noun}")
    assert named_in(answer["items"]) == {both[1]}


def test_each_line_of_a_command_names_its_connection(
    run: Run, of_anna: Run, database_url: str
) -> None:
    made = int(of_anna("add", *ADMIN_OPTIONS, stdin="admin").split()[0])
    for command in ("sync", "verify"):
        assert f"connection {made}" in run(command, "contacts", "--user", "anna")
    run("schedule", "set", "--user", "anna", "contacts", "--every", "3600")
    asyncio.run(_fill(database_url, made))
    for command in ("runs", "set-aside", "deletions list", "schedule list"):
        lines = run(*command.split(), "--user", "anna").splitlines()
        assert lines, command
        assert all(re.search(rf"\bconnection {made}\b", line) for line in lines), (command, lines)


async def _fill(database_url: str, connection_id: int) -> None:
    database = open_database(database_url)
    try:
        await fill(database, 1, connection_id)
    finally:
        await database.close()
