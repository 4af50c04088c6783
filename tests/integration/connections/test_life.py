"""A connection from its creation to its end, over REST."""

from __future__ import annotations

from typing import Any

import pytest

from integration.connections.calling import ADMIN, CONNECTIONS, PROFILE, Calls
from odoo_sandbox import SandboxServer
from odoosync.accounts.cross_tenant import User
from odoosync.connections import store
from odoosync.connections.errors import NoConnection
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.jobs.tables import runs
from people import HeldClock

PASSWORD = {"odoo_password": "admin"}


@pytest.fixture
async def made(calls: Calls) -> Any:
    return await calls.create(name="Sales")


async def test_what_logs_in_is_stored_and_the_first_one_is_active(
    calls: Calls, made: Any, odoo: SandboxServer
) -> None:
    assert (made["name"], made["is_active"], made["odoo_version"]) == ("Sales", True, "18.0")
    assert made["odoo_url"] == odoo.url
    assert "password" not in str(made)
    assert await calls.listed() == [made]


async def test_what_does_not_log_in_is_not_stored(calls: Calls) -> None:
    wrong = ADMIN | {"odoo_password": "wrong"}
    assert await calls.refused("POST", CONNECTIONS, wrong) == (422, "odoo_invalid_credentials")
    assert await calls.listed() == []


async def test_one_pair_is_created_once(calls: Calls, made: Any) -> None:
    answer = await calls.ask("POST", CONNECTIONS, ADMIN)
    assert (answer.status_code, answer.json()["code"]) == (409, "connection_exists")
    assert f"id {made['id']}" in answer.json()["detail"]


async def test_a_second_one_is_active_only_when_asked_for(
    calls: Calls, made: Any, other: SandboxServer
) -> None:
    second = await calls.create(odoo_url=other.url)
    assert (made["is_active"], second["is_active"]) == (True, False)
    await calls.act(second["id"], "activate")
    assert [one["is_active"] for one in await calls.listed()] == [False, True]
    assert (await calls.ok("GET", PROFILE))["odoo_url"] == other.url


async def test_what_is_created_to_be_active_is(
    calls: Calls, made: Any, other: SandboxServer
) -> None:
    await calls.create(odoo_url=other.url, activate=True)
    shown = await calls.ok("GET", f"{CONNECTIONS}/{made['id']}")
    assert not shown["is_active"]


async def test_none_is_active_after_the_active_one_is_deleted_until_the_owner_says_which(
    calls: Calls, made: Any, other: SandboxServer
) -> None:
    second = await calls.create(odoo_url=other.url)
    await calls.ok("DELETE", PROFILE)
    assert (await calls.ask("DELETE", PROFILE)).status_code == 409
    assert [one["is_active"] for one in await calls.listed()] == [False]
    await calls.act(second["id"], "activate")
    assert (await calls.ok("GET", PROFILE))["odoo_url"] == other.url
    assert not (await calls.act(made["id"], "restore", PASSWORD))["is_active"]


async def test_another_is_deleted_and_the_active_one_stays_active(
    calls: Calls, made: Any, other: SandboxServer
) -> None:
    second = await calls.create(odoo_url=other.url)
    await calls.ok("DELETE", f"{CONNECTIONS}/{second['id']}")
    assert await calls.listed() == [made]


async def test_it_can_be_renamed(calls: Calls, made: Any) -> None:
    renamed = await calls.ok("PATCH", f"{CONNECTIONS}/{made['id']}", {"name": " Shop "})
    assert renamed == made | {"name": "Shop"}


async def test_it_is_tested_with_what_is_stored(
    calls: Calls, made: Any, odoo: SandboxServer
) -> None:
    tested = await calls.act(made["id"], "test")
    assert tested["message"] == "Odoo credentials test successful"
    assert tested["odoo_url"] == odoo.url
    assert tested["contact_count"] >= 5


async def test_it_is_tested_with_other_credentials_that_are_not_stored(
    calls: Calls, made: Any
) -> None:
    path = f"{CONNECTIONS}/{made['id']}/test"
    wrong = {"odoo_password": "wrong"}
    assert await calls.refused("POST", path, wrong) == (422, "odoo_invalid_credentials")
    assert (await calls.ok("GET", PROFILE))["odoo_password"] == "admin"


async def test_credentials_that_log_in_replace_the_stored_ones(
    calls: Calls, made: Any, odoo: SandboxServer
) -> None:
    account = odoo.world.account_of("admin")
    assert account is not None
    account.password = "changed"
    path = f"{CONNECTIONS}/{made['id']}/credentials"
    assert (await calls.refused("PUT", path, PASSWORD))[0] == 422
    await calls.ok("PUT", path, {"odoo_password": "changed"})
    assert (await calls.ok("GET", PROFILE))["odoo_password"] == "changed"


async def test_the_mask_is_never_stored(calls: Calls, made: Any) -> None:
    path = f"{CONNECTIONS}/{made['id']}/credentials"
    assert (await calls.refused("PUT", path, {"odoo_password": "********"}))[1] == "masked_password"


async def test_a_deleted_one_is_hidden_without_its_secret_and_can_be_looked_at(
    calls: Calls, made: Any, database: Database, key_ring: KeyRing, anna: User
) -> None:
    path = f"{CONNECTIONS}/{made['id']}"
    gone = await calls.ok("DELETE", path)
    assert gone["removed_from"] > gone["deleted_at"]
    assert (await calls.ask("GET", path)).status_code == 404
    assert (await calls.listed(), await calls.listed(include_deleted=True)) == ([], [gone])
    assert await calls.ok("GET", f"{path}?include_deleted=true") == gone
    async with database.tenant(anna.tenant_id) as tx:
        kept = await store.get(tx, made["id"], include_deleted=True)
        with pytest.raises(NoConnection):
            await store.secret_of(tx, key_ring, kept)


async def test_a_deleted_one_comes_back_by_credentials_that_log_in(calls: Calls, made: Any) -> None:
    await calls.ok("DELETE", f"{CONNECTIONS}/{made['id']}")
    path = f"{CONNECTIONS}/{made['id']}/restore"
    wrong = {"odoo_password": "wrong"}
    assert await calls.refused("POST", path, wrong) == (422, "odoo_invalid_credentials")
    assert await calls.ok("POST", path, PASSWORD) == made
    assert await calls.refused("POST", path, PASSWORD) == (409, "connection_not_deleted")


async def test_a_deleted_one_comes_back_when_it_is_created_again(calls: Calls, made: Any) -> None:
    await calls.ok("DELETE", f"{CONNECTIONS}/{made['id']}")
    assert (await calls.create())["id"] == made["id"]


async def test_the_profiles_delete_keeps_the_copy_for_the_grace_period_too(
    calls: Calls, made: Any, clock: HeldClock
) -> None:
    await calls.ok("DELETE", PROFILE)
    (gone,) = await calls.listed(include_deleted=True)
    assert gone["id"] == made["id"]
    clock.forward(days=7)
    assert gone["removed_from"] == f"{clock.now:%Y-%m-%dT%H:%M:%S.%fZ}"


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("PUT", "/credentials"),
        *[("POST", f"/{word}") for word in ("test", "activate", "pause", "resume", "restore")],
    ],
)
async def test_another_users_connection_is_absent_whatever_the_body_is(
    made: Any, bert: Calls, method: str, rest: str
) -> None:
    bodies: tuple[Any, ...] = (None, [], {"nothing": 1}, PASSWORD)
    for body in bodies:
        answer = await bert.ask(method, f"{CONNECTIONS}/{made['id']}{rest}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_connection")
    assert await bert.listed(include_deleted=True) == []


async def test_what_waits_for_new_credentials_goes_on_with_them_at_once(
    calls: Calls, made: Any, database: Database, anna: User
) -> None:
    await calls.ok("POST", "/api/v1/contacts/sync", {"wait": False})
    async with database.tenant(anna.tenant_id) as tx:
        await tx.execute(tx.update(runs).values(run_after=2e10))
    await calls.ok("PUT", f"{CONNECTIONS}/{made['id']}/credentials", PASSWORD)
    async with database.tenant(anna.tenant_id, write=False) as tx:
        assert await tx.scalar(tx.select(runs, runs.c.run_after)) < 2e10
