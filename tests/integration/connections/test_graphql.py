"""Connections over GraphQL: the same life as over REST, told with the same codes."""

from __future__ import annotations

from typing import Any

import pytest

from integration.connections.calling import CONNECTIONS, PROFILE, Calls
from odoo_sandbox import SandboxServer
from queries import data_of, post

_ALL = """id name odoo_url odoo_database odoo_username odoo_version protocol extra_fields
    preferences is_active created_at tested_at paused_at deleted_at removed_from note
    rate_limited_since trouble { code }"""


async def do(calls: Calls, mutation: str, arguments: str, fields: str = _ALL) -> Any:
    query = f"mutation {{ {mutation}({arguments}) {{ {fields} }} }}"
    return (await data_of(calls.client, calls.headers, query))[mutation]


async def refused(calls: Calls, mutation: str, arguments: str, fields: str = "id") -> Any:
    """Return the extensions and the message of the only error."""
    query = f"mutation {{ {mutation}({arguments}) {{ {fields} }} }}"
    (error,) = (await post(calls.client, calls.headers, query))["errors"]
    return error["extensions"], error["message"]


def admin(**more: str) -> str:
    given = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"} | more
    return ", ".join(f'{name}: "{value}"' for name, value in given.items())


@pytest.fixture
async def made(calls: Calls) -> Any:
    return await do(calls, "create_connection", admin(name="Sales"))


async def shown(calls: Calls, made: Any) -> Any:
    return await calls.ok("GET", f"{CONNECTIONS}/{made['id']}?include_deleted=true")


async def test_what_is_created_is_what_rest_shows(calls: Calls, made: Any) -> None:
    assert (made["name"], made["is_active"]) == ("Sales", True)
    assert made == await shown(calls, made)
    data = await data_of(
        calls.client, calls.headers, f"{{ connections {{ {_ALL} }} connection {{ id }} }}"
    )
    assert data == {"connections": [made], "connection": {"id": made["id"]}}


async def test_it_is_named_and_preferred_anew(calls: Calls, made: Any) -> None:
    arguments = f'connection_id: {made["id"]}, name: " Shop ", preferences: {{lookback: 600}}'
    changed = await do(calls, "change_connection", arguments)
    assert (changed["name"], changed["preferences"]["lookback"]) == ("Shop", 600)
    back = f"connection_id: {made['id']}, preferences: {{lookback: null}}"
    assert (await do(calls, "change_connection", back))["preferences"] == made["preferences"]


async def test_it_is_tested_with_what_is_stored_or_sent(calls: Calls, made: Any) -> None:
    ident = f"connection_id: {made['id']}"
    tested = await do(calls, "test_connection", ident, "message contact_count odoo_uid")
    assert tested["message"] == "Odoo credentials test successful"
    wrong = f'{ident}, odoo_password: "wrong"'
    extensions, message = await refused(calls, "test_connection", wrong, "message")
    assert extensions == {"code": "odoo_invalid_credentials", "stage": "login"}
    assert message.startswith("Invalid Odoo credentials")


async def test_credentials_are_stored_only_when_they_log_in(
    calls: Calls, made: Any, odoo: SandboxServer
) -> None:
    account = odoo.world.account_of("admin")
    assert account is not None
    account.password = "changed"
    ident = f"connection_id: {made['id']}"
    wrong = f'{ident}, odoo_password: "admin"'
    assert (await refused(calls, "change_credentials", wrong))[0]["stage"] == "login"
    await do(calls, "change_credentials", f'{ident}, odoo_password: "changed"')
    assert (await calls.ok("GET", PROFILE))["odoo_password"] == "changed"


async def test_switching_pausing_deleting_and_restoring(
    calls: Calls, made: Any, other: SandboxServer
) -> None:
    second = await do(calls, "create_connection", admin(odoo_url=other.url))
    ident = f"connection_id: {second['id']}"
    assert (await do(calls, "activate_connection", ident, "is_active"))["is_active"]
    assert (await do(calls, "pause_connection", ident, "paused_at"))["paused_at"]
    assert (await do(calls, "resume_connection", ident, "paused_at"))["paused_at"] is None
    assert (await do(calls, "delete_connection", ident, "removed_from"))["removed_from"]
    answer = await post(calls.client, calls.headers, "{ connections { id } connection { id } }")
    assert answer["data"] == {"connections": [{"id": made["id"]}], "connection": None}
    assert answer["errors"][0]["extensions"]["code"] == "no_active_connection"
    back = await do(calls, "restore_connection", f'{ident}, odoo_password: "admin"')
    assert back == await shown(calls, second)


@pytest.mark.parametrize(
    ("mutation", "arguments", "code", "says"),
    [
        ("create_connection", admin(), "connection_exists", "a connection to this database"),
        ("create_connection", admin(odoo_url="ftp://x"), None, ""),
        ("create_connection", admin(name=" "), "invalid_request", "name: "),
        ("change_connection", '{id}, extra_fields: ["No Name"]', "invalid_request", "extra_fields"),
        (
            "change_connection",
            "{id}, preferences: {colour: 1}",
            "invalid_request",
            "colour: is not",
        ),
        ("change_connection", '{id}, preferences: "x"', "invalid_request", "preferences"),
        ("change_credentials", '{id}, odoo_password: ""', "invalid_request", "odoo_password"),
        ("change_credentials", '{id}, odoo_password: "********"', "masked_password", "the real"),
        ("restore_connection", '{id}, odoo_password: "admin"', "connection_not_deleted", "nothing"),
        ("pause_connection", "connection_id: 99", "no_connection", "no connection with this id"),
    ],
)
async def test_what_cannot_be_is_refused_with_rests_code(
    calls: Calls, made: Any, mutation: str, arguments: str, code: str | None, says: str
) -> None:
    ident = f"connection_id: {made['id']}"
    extensions, message = await refused(calls, mutation, arguments.replace("{id}", ident))
    assert code in {None, extensions["code"]}
    assert says in message


async def test_a_key_that_may_only_sync_manages_nothing(calls: Calls, made: Any) -> None:
    form = {"name": "robot", "scopes": ["read", "sync"]}
    key = (await calls.ok("POST", "/api/v1/api-keys", form))["key"]
    robot = Calls(calls.client, {"X-API-Key": key})
    ident = f"connection_id: {made['id']}"
    assert (await refused(robot, "delete_connection", ident))[0]["code"] == "scope_missing"
