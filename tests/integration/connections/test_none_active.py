"""After the active connection was deleted, every call that names none says what to do."""

from __future__ import annotations

from typing import Any, Final

import pytest

from integration.connections.calling import CONNECTIONS, PROFILE, Calls, operations
from integration.connections.test_apart import graphql_calls
from odoo_sandbox import SandboxServer
from odoosync.connections.errors import NoActiveConnection
from queries import post

NONE_ACTIVE: Final = "no_active_connection"
LISTS_OF_HISTORY: Final = {"/api/v1/runs", "/api/v1/runs.csv", "/api/v1/changes", "/api/v1/audit"}
"""Without a connection they mean all of them."""
MEAN_ANOTHER_THING: Final = {"changes", "sync_runs", "audit", "create_webhook", "change_webhook"}
"""Fields of GraphQL that mean all connections when none is named."""
ANSWER_ANYWAY: Final = {f"sync_{name}from_odoo" for name in ("", "contacts_", "products_")} | {
    "confirm_deletions"
}
"""Fields of GraphQL that answer `success: false`, as the seed does."""


@pytest.fixture
async def left(calls: Calls, odoo: SandboxServer, other: SandboxServer) -> list[int]:
    """The ids of two connections that are left beside the active one that was deleted."""
    made = [await calls.create(odoo_url=url) for url in (odoo.url, other.url)]
    third = await calls.create(odoo_url=f"{other.url}".replace("127.0.0.1", "localhost"))
    await calls.ok("DELETE", PROFILE)
    return [made[1]["id"], third["id"]]


def told_of(left: list[int]) -> str:
    return f"No connection is active; activate one of {left[0]}, {left[1]}"


async def test_the_credentials_say_which_can_be_activated(calls: Calls, left: list[int]) -> None:
    for method in ("GET", "DELETE"):
        answer = await calls.ask(method, PROFILE)
        assert (answer.status_code, answer.json()["code"]) == (409, NONE_ACTIVE)
        assert answer.json()["detail"] == told_of(left)
    assert len(await calls.listed()) == len(left)


async def test_everything_over_rest_that_means_the_active_one_says_so(
    calls: Calls, left: list[int]
) -> None:
    document = (await calls.client.get("/openapi.json")).json()
    asked = set()
    for method, path, operation in operations(document):
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        if "connection_id" in named and path not in LISTS_OF_HISTORY:
            address = path.format(dataset="contacts", record_id="1")
            answer = await calls.ask(method, address)
            assert (answer.status_code, answer.json()["code"]) == (409, NONE_ACTIVE), path
            assert answer.json()["detail"] == told_of(left)
            asked.add(path)
    assert {f"/api/v1/{one}" for one in ("contacts", "products", "datasets")} <= asked


async def test_everything_over_graphql_that_means_the_active_one_says_so(
    calls: Calls, left: list[int]
) -> None:
    asked = set()
    for name, call in await graphql_calls(calls, 0):
        if name in MEAN_ANOTHER_THING | ANSWER_ANYWAY:
            continue
        unnamed = call.replace("connection_id: 0", "").replace("()", "")
        (error,) = (await post(calls.client, calls.headers, unnamed))["errors"]
        if error["extensions"]["code"] == "graphql_invalid":  # it needs a connection's id
            continue
        assert (error["extensions"]["code"], error["message"]) == (NONE_ACTIVE, told_of(left)), name
        asked.add(name)
    assert {"contacts", "contact", "connection", "datasets", "schedules", "verify"} <= asked


async def test_a_sync_fails_with_that_sentence(calls: Calls, left: list[int]) -> None:
    told = told_of(left)
    answer = await calls.ok("POST", "/api/v1/contacts/sync", {})
    assert (answer["success"], answer["message"], answer["errors"]) == (False, told, [told])
    query = "mutation { sync_contacts_from_odoo { success message errors } }"
    data = (await post(calls.client, calls.headers, query))["data"]
    expected = {"success": False, "message": told, "errors": [told]}
    assert data["sync_contacts_from_odoo"] == expected


async def test_what_is_named_is_answered_as_ever(calls: Calls, left: list[int]) -> None:
    assert (await calls.ok("GET", f"/api/v1/contacts?connection_id={left[0]}"))["items"] == []
    assert await calls.refused("GET", f"/api/v1/contacts/{left[0]}-1") == (404, "no_record")
    assert (await calls.ok("GET", "/api/v1/runs"))["items"] == []
    await calls.act(left[1], "activate")
    assert (await calls.ok("GET", "/api/v1/contacts"))["items"] == []


def test_many_that_could_be_activated_are_not_all_named() -> None:
    assert NoActiveConnection(range(1, 100)).message.endswith(" 19, 20, …")


async def test_who_has_no_connection_at_all_gets_empty_lists_and_the_seeds_sentence(
    calls: Calls,
) -> None:
    made = await calls.create()
    for _ in range(2):
        await calls.ask("DELETE", f"{CONNECTIONS}/{made['id']}")
        for path in ("contacts", "records/products"):
            listed: Any = await calls.ok("GET", f"/api/v1/{path}")
            assert listed == {"items": [], "next_cursor": None}
        assert await calls.refused("GET", PROFILE) == (404, "no_credentials")


async def test_a_connection_that_does_not_exist_is_told_as_that(
    calls: Calls, left: list[int]
) -> None:
    del left
    for path in ("/contacts", "/contacts/1", "/datasets", "/runs", "/changes"):
        refused = await calls.refused("GET", f"/api/v1{path}?connection_id=99")
        assert refused == (404, "no_connection")
    assert await calls.refused("GET", f"{CONNECTIONS}/99") == (404, "no_connection")
