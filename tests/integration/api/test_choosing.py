from __future__ import annotations

import base64
from typing import Any

import httpx
import orjson
import pytest

from copies import CONTACTS, connect, keep
from odoosync.accounts.cross_tenant import User
from odoosync.crypto import KeyRing
from odoosync.db import Database
from queries import data_of, error_of

Headers = dict[str, str]
SORTED = {
    "name": ["Anna Ölander", "Azure", "Bert"],
    "-name": ["Bert", "Azure", "Anna Ölander"],
    "id": ["Anna Ölander", "Bert", "Azure"],
    "-odoo_id": ["Azure", "Bert", "Anna Ölander"],
    "-write_date": ["Azure", "Bert", "Anna Ölander"],
    "email": ["Anna Ölander", "Bert", "Azure"],
    "-ref": ["Anna Ölander", "Azure", "Bert"],
    "active": ["Bert", "Anna Ölander", "Azure"],
    "synced_at": ["Anna Ölander", "Bert", "Azure"],
    "": ["Anna Ölander", "Bert", "Azure"],
}
REFUSED = {
    "order=nmae": ("bad_order", "Did you mean 'name'?"),
    "order=city": ("bad_order", "write_date"),
    "order=barcode": ("bad_order", "Known ones"),
    "order=--name": ("bad_order", "no field"),
    "order=name&order=id": ("invalid_request", "order"),
    "fields=nmae": ("bad_fields", "Did you mean 'name'?"),
    "fields=": ("bad_fields", "no field"),
    "fields=name,": ("bad_fields", "no field"),
    f"fields={','.join(map(str, range(201)))}": ("bad_fields", "200"),
}


@pytest.fixture
async def connection_id(database: Database, key_ring: KeyRing, anna: User) -> int:
    """Anna's connection, with three contacts in the copy."""
    made = await connect(database, key_ring, anna.tenant_id)
    await keep(database, anna.tenant_id, made, CONTACTS)
    return made


async def listed(client: httpx.AsyncClient, headers: Headers, query: str) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/contacts?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


@pytest.mark.usefixtures("connection_id")
async def test_lists_are_sorted_by_what_is_asked_for_page_after_page(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    found: dict[str, list[str]] = {}
    for order in SORTED:
        found[order], cursor = [], ""
        while cursor is not None:
            query = f"limit=1&order={order}&cursor={cursor}" if cursor else f"limit=1&order={order}"
            page = await listed(client, signed_in, query)
            found[order] += [item["name"] for item in page["items"]]
            cursor = page["next_cursor"]
    assert found == SORTED


@pytest.mark.usefixtures("connection_id")
async def test_the_fields_that_are_named_are_shown(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    page = await listed(client, signed_in, "fields=email,%20x_score,unreachable_at,email&limit=1")
    assert list(page["items"][0].items())[1:] == [
        ("odoo_id", 1),
        ("email", "anna@example.org"),
        ("x_score", 1.5),
        ("unreachable_at", None),
    ]


@pytest.mark.usefixtures("connection_id")
async def test_one_record_shows_the_fields_that_are_named(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    answer = await client.get("/api/v1/contacts/1?fields=name", headers=signed_in)
    assert answer.json() == {"id": answer.json()["id"], "odoo_id": 1, "name": "Anna Ölander"}
    refused = await client.get("/api/v1/contacts/1?fields=nmae", headers=signed_in)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_fields")


@pytest.mark.parametrize("synced", [True, False])
async def test_what_cannot_be_chosen_is_told_why(
    client: httpx.AsyncClient,
    signed_in: Headers,
    database: Database,
    key_ring: KeyRing,
    anna: User,
    *,
    synced: bool,
) -> None:
    made = await connect(database, key_ring, anna.tenant_id)
    if synced:
        await keep(database, anna.tenant_id, made, CONTACTS)
    known_later = set() if synced else {"order=barcode"}
    for query, (code, says) in REFUSED.items():
        if query in known_later:
            continue
        answer = await client.get(f"/api/v1/contacts?{query}", headers=signed_in)
        told = answer.json()
        assert (query, answer.status_code, told["code"]) == (query, 422, code)
        assert says in answer.text


@pytest.mark.usefixtures("connection_id")
async def test_a_cursor_of_another_order_is_refused(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    cursor = (await listed(client, signed_in, "limit=1&order=name"))["next_cursor"]
    answer = await client.get(f"/api/v1/contacts?cursor={cursor}", headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
    assert "'name'" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("order", "value"),
    [("synced_at", "soon"), ("active", "yes"), ("name", True), ("synced_at", 7), ("name", [1])],
)
async def test_a_cursor_with_a_value_that_nobody_gave_is_refused(
    client: httpx.AsyncClient, signed_in: Headers, connection_id: int, order: str, value: Any
) -> None:
    made = orjson.dumps(["contacts", connection_id, order, value, 1])
    cursor = base64.urlsafe_b64encode(made).decode()
    path = f"/api/v1/contacts?order={order}&cursor={cursor}"
    answer = await client.get(path, headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


@pytest.mark.usefixtures("connection_id")
async def test_graphql_sorts_as_well(client: httpx.AsyncClient, signed_in: Headers) -> None:
    query = '{ contacts(order: "-name", limit: 2) { items { name } next_cursor } }'
    page = (await data_of(client, signed_in, query))["contacts"]
    assert [item["name"] for item in page["items"]] == ["Bert", "Azure"]
    more = (
        '{ contacts(order: "-name", cursor: "%s") { items { name } } }' % page["next_cursor"]  # noqa: UP031 - braces
    )
    assert (await data_of(client, signed_in, more))["contacts"]["items"] == [
        {"name": "Anna Ölander"}
    ]
    code, _ = await error_of(client, signed_in, '{ contacts(order: "nmae") { items { name } } }')
    assert code == "bad_order"
