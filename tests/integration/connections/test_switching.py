"""Whoever switches to another connection, meant or not, is told so in the answer."""

from __future__ import annotations

from typing import Any

import pytest

from commands import Run
from integration.connections.calling import ADMIN, ADMIN_OPTIONS, CONNECTIONS, PROFILE, Calls
from integration.connections.test_graphql import admin, do
from odoo_sandbox import SandboxServer

SEED_KEYS = {"message", "odoo_uid", "odoo_url", "odoo_database"}


@pytest.fixture
async def first(calls: Calls) -> Any:
    return await calls.ok("POST", PROFILE, ADMIN)


async def test_credentials_keep_the_seeds_message_and_name_their_connection(
    calls: Calls, first: Any
) -> None:
    assert set(first) == SEED_KEYS | {"connection_id", "note"}
    again = await calls.ok("POST", PROFILE, ADMIN)
    assert first == again
    assert again["message"] == "Odoo credentials updated successfully"
    assert (again["connection_id"], again["note"]) == ((await calls.listed())[0]["id"], None)


async def test_credentials_of_another_odoo_say_that_they_made_a_connection_and_switched(
    calls: Calls, first: Any, other: SandboxServer
) -> None:
    second = await calls.ok("POST", PROFILE, ADMIN | {"odoo_url": other.url})
    one, two = first["connection_id"], second["connection_id"]
    assert second["message"] == first["message"]
    assert second["note"] == f"connection {two} was created and is active now (before: {one})"
    back = await calls.ok("POST", PROFILE, ADMIN)
    assert back["connection_id"] == one
    assert back["note"] == f"connection {one} is active now (before: {two})"


async def test_credentials_that_bring_a_deleted_connection_back_say_so(
    calls: Calls, first: Any, other: SandboxServer
) -> None:
    await calls.ok("DELETE", PROFILE)
    second = await calls.ok("POST", PROFILE, ADMIN | {"odoo_url": other.url})
    back = await calls.ok("POST", PROFILE, ADMIN)
    one, two = first["connection_id"], second["connection_id"]
    assert back["note"] == f"connection {one} was restored and is active now (before: {two})"


async def test_other_acts_that_switch_say_so_too(
    calls: Calls, first: Any, other: SandboxServer
) -> None:
    one = first["connection_id"]
    second = await calls.create(odoo_url=other.url, activate=True)
    two = second["id"]
    assert second["note"] == f"connection {two} was created and is active now (before: {one})"
    assert (await calls.act(two, "activate"))["note"] is None
    assert (await calls.act(one, "activate"))["note"] == (
        f"connection {one} is active now (before: {two})"
    )
    assert (await calls.ok("GET", f"{CONNECTIONS}/{one}"))["note"] is None


async def test_graphql_says_so_too(calls: Calls, first: Any, other: SandboxServer) -> None:
    one = first["connection_id"]
    arguments = f"{admin(odoo_url=other.url)}, activate: true"
    second = await do(calls, "create_connection", arguments, "id note")
    two = second["id"]
    assert second["note"] == f"connection {two} was created and is active now (before: {one})"
    back = await do(calls, "activate_connection", f"connection_id: {one}", "note")
    assert back["note"] == f"connection {one} is active now (before: {two})"


def test_commands_say_so_too(
    run: Run, of_anna: Run, other: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = of_anna("add", *ADMIN_OPTIONS, stdin="admin").split()[0]
    added = of_anna("add", *ADMIN_OPTIONS, "--url", other.url, "--activate", stdin="admin")
    two = added.split()[0]
    assert f"connection {two} was created and is active now (before: {one})" in added
    assert f"connection {one} is active now (before: {two})" in of_anna("activate", one)
    for name, value in (("URL", other.url), ("DB", "odoo_db"), ("USERNAME", "admin")):
        monkeypatch.setenv(f"ODOO_{name}", value)
    monkeypatch.setenv("ODOO_PASSWORD", "admin")
    told = run("migrate-env", "--user", "anna")
    assert f"connection {two} is active now (before: {one})" in told
