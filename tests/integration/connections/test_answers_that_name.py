"""Answers name what is meant: the address, the connection, and why a sync did not succeed."""

from __future__ import annotations

from typing import Any, Final

import pytest

from integration.connections.calling import CONNECTIONS, PROFILE, Calls
from integration.odoo.servers import Exchange, serving
from odoo_sandbox import SandboxServer
from odoosync.api.reading.cursor import write_cursor
from odoosync.odoo.errors import Unreachable
from odoosync.odoo.messages import Request
from odoosync.odoo.transport import open_transport
from queries import post

pytestmark = pytest.mark.usefixtures("public_loopback")
ADMIN: Final = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}


async def detail_of(calls: Calls, url: str) -> str:
    answer = await calls.ask("POST", f"{PROFILE}/test", ADMIN | {"odoo_url": url})
    assert answer.status_code == 422
    return str(answer.json()["detail"])


async def test_an_address_at_which_nothing_listens_is_named(calls: Calls) -> None:
    told = await detail_of(calls, "http://127.0.0.1:1")
    assert told.startswith("Nothing listens at this address and port (http://127.0.0.1:1). Check ")


async def test_the_default_address_is_named_with_its_setting() -> None:
    transport = open_transport("http://127.0.0.1:1", ())
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1, which is ODOOSYNC_DEFAULT_ODOO_URL"):
        await transport.handle(Request("GET", "http://127.0.0.1:1/web/version"))
    await transport.close()


async def test_https_on_a_port_that_speaks_http_names_both(
    calls: Calls, odoo: SandboxServer
) -> None:
    address = odoo.url.replace("http://", "https://")
    told = await detail_of(calls, address)
    assert f"({address})" in told
    assert "should begin with http://" in told


async def test_a_name_that_is_not_found_is_named(calls: Calls) -> None:
    told = await detail_of(calls, "https://odoo.invalid")
    assert "https://odoo.invalid" in told


async def _no_odoo(exchange: Exchange) -> None:
    await exchange.reply(b"Nothing here", status="404 Not Found")


async def test_what_is_not_odoo_is_named(calls: Calls) -> None:
    async with serving(_no_odoo) as server:
        told = await detail_of(calls, server.url)
    assert f"it is not Odoo ({server.url})." in told


@pytest.mark.parametrize(
    ("path", "given", "says"),
    [
        (
            "contacts",
            write_cursor("contacts", 99, "id", 1, 1),
            "list of connection 99, and this is one of connection {id}",
        ),
        (
            "contacts",
            write_cursor("products", 99, "id", 1, 1),
            "list of products, and this is one of contacts",
        ),
        (
            "audit",
            write_cursor("deliveries", 1),
            "list of deliveries, and this is one of audit",
        ),
        (
            "audit",
            write_cursor("contacts", 99, "id", 1, 1),
            "list of contacts, and this is one of audit",
        ),
        ("contacts", write_cursor("audit", 1), "list of audit, and this is one of contacts"),
        ("contacts", "nonsense", "not one of ours"),
    ],
)
async def test_a_cursor_of_another_list_is_told_as_one(
    calls: Calls, annas: dict[str, Any], path: str, given: str, says: str
) -> None:
    made = {"id": annas["connection_id"]}
    answer = await calls.ask("GET", f"/api/v1/{path}?cursor={given}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
    assert says.format(**made) in answer.json()["detail"]


@pytest.mark.usefixtures("annas")
async def test_an_id_as_lists_show_it_is_taken_as_a_filter(calls: Calls) -> None:
    items = (await calls.ok("GET", "/api/v1/contacts"))["items"]
    one, other = (item["id"] for item in items[:2])
    for query, found in (
        (f"id={one}", [one]),
        (f"id={one.split('-')[1]}", [one]),
        (f"odoo_id={one}", [one]),
        (f"id__in={one},{other}", [one, other]),
        (f"id__gt={one}", [other]),
    ):
        listed = (await calls.ok("GET", f"/api/v1/contacts?{query}"))["items"]
        assert [item["id"] for item in listed] == found, query
    call = f'{{ contacts(filters: [{{field: "id", value: "{one}"}}]) {{ items {{ id }} }} }}'
    answer = await post(calls.client, calls.headers, call)
    assert answer["data"]["contacts"]["items"] == [{"id": one}]


@pytest.mark.usefixtures("annas")
async def test_an_id_of_another_connections_record_is_told_as_one(calls: Calls) -> None:
    answer = await calls.ask("GET", "/api/v1/contacts?id=99-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_filter")
    assert "99-1 belongs to connection 99" in answer.json()["detail"]


SYNC: Final = "mutation { sync_contacts_from_odoo { success code run { changed } } }"


async def test_a_sync_without_credentials_has_a_code(calls: Calls) -> None:
    answer = await calls.ok("POST", "/api/v1/contacts/sync")
    assert (answer["success"], answer["code"]) == (False, "no_credentials")
    told = (await post(calls.client, calls.headers, SYNC))["data"]["sync_contacts_from_odoo"]
    assert told == {"success": False, "code": "no_credentials", "run": None}


async def test_a_sync_that_nobody_works_on_has_a_code(calls: Calls) -> None:
    await calls.create()
    answer = await calls.ok("POST", "/api/v1/contacts/sync")
    assert (answer["success"], answer["code"]) == (False, "run_not_started")
    assert answer["run"]["changed"] == 0


async def test_a_sync_of_a_paused_connection_has_a_code(calls: Calls) -> None:
    made = (await calls.create())["id"]
    await calls.act(made, "pause")
    assert await calls.refused("POST", "/api/v1/contacts/sync") == (409, "connection_paused")
    told = (await post(calls.client, calls.headers, SYNC))["data"]["sync_contacts_from_odoo"]
    assert told["code"] == "connection_paused"
    assert (await calls.ok("GET", f"{CONNECTIONS}/{made}"))["paused_at"]
