"""A paused connection: nothing is synced, everything else goes on."""

from __future__ import annotations

from typing import Any

import pytest

from integration.connections.calling import CONNECTIONS, Calls
from odoo_sandbox import SandboxServer
from queries import data_of

SYNC = "/api/v1/contacts/sync"


@pytest.fixture
async def paused(calls: Calls) -> Any:
    made = await calls.create()
    return await calls.act(made["id"], "pause")


async def test_it_says_since_when(calls: Calls, paused: Any) -> None:
    again = await calls.act(paused["id"], "pause")
    assert again["paused_at"] == paused["paused_at"] is not None
    assert (await calls.act(paused["id"], "resume"))["paused_at"] is None


async def test_a_sync_by_hand_is_refused_with_what_to_do(calls: Calls, paused: Any) -> None:
    for path in (SYNC, f"{CONNECTIONS}/{paused['id']}/verify"):
        answer = await calls.ask("POST", path, {"wait": False})
        assert (answer.status_code, answer.json()["code"]) == (409, "connection_paused")
        assert "Resume it first" in answer.json()["detail"]


@pytest.mark.usefixtures("paused")
async def test_the_seeds_mutation_says_so_in_its_own_shape(calls: Calls) -> None:
    query = "mutation { sync_contacts_from_odoo { success message errors } }"
    answer = (await data_of(calls.client, calls.headers, query))["sync_contacts_from_odoo"]
    assert not answer["success"]
    assert answer["errors"] == [answer["message"]]
    assert "paused" in answer["message"]


async def test_what_is_queued_is_withdrawn(calls: Calls) -> None:
    made = await calls.create()
    run = (await calls.ok("POST", SYNC, {"wait": False}))["run"]
    await calls.act(made["id"], "pause")
    assert (await calls.ok("GET", f"/api/v1/runs/{run['id']}"))["status"] == "cancelled"


async def test_it_stays_paused_through_a_change_of_credentials(calls: Calls, paused: Any) -> None:
    path = f"{CONNECTIONS}/{paused['id']}/credentials"
    changed = await calls.ok("PUT", path, {"odoo_password": "admin"})
    assert changed["paused_at"] == paused["paused_at"]


@pytest.mark.usefixtures("paused")
async def test_another_connection_is_not_paused(calls: Calls, other: SandboxServer) -> None:
    second = await calls.create(odoo_url=other.url)
    form = {"wait": False, "connection_id": second["id"]}
    assert (await calls.ok("POST", SYNC, form))["run"]["connection_id"] == second["id"]


async def test_one_that_was_deleted_while_paused_comes_back_at_work(
    calls: Calls, paused: Any
) -> None:
    await calls.ok("DELETE", f"{CONNECTIONS}/{paused['id']}")
    back = await calls.act(paused["id"], "restore", {"odoo_password": "admin"})
    assert back["paused_at"] is None
