"""What the audit keeps of connections: each kind of entry, by whom, and no secret in any."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from integration.connections.calling import ADMIN, CONNECTIONS, PROFILE, Calls
from integration.odoo.servers import Exchange, serving
from odoo_sandbox import SandboxServer
from odoosync.accounts.audit import Actor
from odoosync.accounts.cross_tenant import User
from odoosync.api.services import Services
from odoosync.connections.service import Owner
from odoosync.odoo.login import Login
from odoosync.odoo.url import parse_odoo_url

AUDIT = "/api/v1/audit"
STORED = ["credentials.tested", "connection.created", "credentials.set"]


@pytest.fixture
async def made(calls: Calls) -> Any:
    return await calls.create(name="Sales")


async def entries(calls: Calls) -> list[Any]:
    """List what was kept of credentials and connections, oldest first."""
    items = (await calls.ok("GET", AUDIT))["items"]
    kept = [one for one in items if one["kind"].startswith(("credentials.", "connection."))]
    return kept[::-1]


async def kinds(calls: Calls, since: int) -> list[str]:
    return [one["kind"] for one in (await entries(calls))[since:]]


async def test_a_connection_is_made_with_its_credentials_and_is_active(
    calls: Calls, made: Any
) -> None:
    kept = await entries(calls)
    assert [one["kind"] for one in kept] == [*STORED, "connection.activated"]
    assert {one["actor"] for one in kept} == {"anna"}
    assert [one["odoo_login"] for one in kept[:3]] == ["admin"] * 3
    assert kept[2]["connection_id"] == made["id"]


async def test_credentials_of_another_odoo_make_a_connection_and_switch_to_it(
    calls: Calls, made: Any, other: SandboxServer
) -> None:
    await calls.ok("POST", PROFILE, ADMIN | {"odoo_url": other.url})
    assert await kinds(calls, 4) == [*STORED, "connection.activated"]
    assert (await entries(calls))[-1]["detail"] == {"instead_of": made["id"]}


async def test_each_act_is_told_by_its_own_kind(
    calls: Calls, made: Any, other: SandboxServer
) -> None:
    path = f"{CONNECTIONS}/{made['id']}"
    second = await calls.create(odoo_url=other.url)
    before = len(await entries(calls))
    await calls.act(second["id"], "activate")
    await calls.ok("GET", PROFILE)
    await calls.ok("PATCH", path, {"name": "Shop", "preferences": {"lookback": 600}})
    await calls.ok("PATCH", path, {"name": "Shop"})
    await calls.act(made["id"], "pause")
    await calls.act(made["id"], "resume")
    await calls.ok("DELETE", path)
    await calls.act(made["id"], "restore", {"odoo_password": "admin"})
    assert await kinds(calls, before) == [
        "connection.activated",
        "credentials.revealed",
        "connection.renamed",
        "connection.changed",
        "connection.paused",
        "connection.resumed",
        "credentials.deleted",
        "connection.deleted",
        "credentials.tested",
        "connection.restored",
        "credentials.set",
    ]


async def test_a_test_that_was_not_waited_for_did_not_go_well(
    calls: Calls, beside_odoo: Services, anna: User
) -> None:
    asked = asyncio.Event()

    async def hang(exchange: Exchange) -> None:
        asked.set()
        await exchange.hang()

    owner = Owner(anna.tenant_id, Actor(anna.id, anna.username, "password"))
    async with serving(hang) as server:
        login = Login(parse_odoo_url(server.url), "odoo_db", "admin", "admin")
        test = asyncio.create_task(beside_odoo.connections.try_out(owner, login))
        await asked.wait()
        test.cancel()
        await asyncio.gather(test, return_exceptions=True)
    (kept,) = await entries(calls)
    assert kept["detail"]["result"] == "interrupted"


async def test_a_failed_test_is_told_with_its_code_and_no_secret(calls: Calls, made: Any) -> None:
    path = f"{CONNECTIONS}/{made['id']}/credentials"
    await calls.refused("PUT", path, {"odoo_password": "hunter2"})
    last = (await entries(calls))[-1]
    assert (last["kind"], last["detail"]["result"]) == (
        "credentials.tested",
        "odoo_invalid_credentials",
    )
    assert "hunter2" not in str(await entries(calls))
