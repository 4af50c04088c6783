"""What Odoo fails on, as REST and GraphQL list it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from copies import NOW, connect
from odoosync.accounts.cross_tenant import User
from odoosync.api.reading.cursor import write_cursor
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.sync import failing_fields, set_aside
from odoosync.sync.failing_fields import FieldError
from odoosync.sync.set_aside import Fault
from queries import Headers, data_of, error_of

pytestmark = pytest.mark.dialect

FAULTS = {
    "contacts": [
        Fault(7, "", "odoo_error", "Odoo fails on this row."),
        Fault(7, "comment", "odoo_error", "Odoo fails on this field."),
        Fault(12, "phone", "odoo_error", "Odoo fails on this field."),
    ],
    "products": [Fault(3, "list_price", "odoo_error", "Odoo fails on this field.")],
}
QUERY = """query ($cursor: String) { set_aside(dataset: "contacts", limit: 2, cursor: $cursor)
    { items { odoo_id field code reason first_at last_at } next_cursor } }"""


@pytest.fixture
async def connection(database: Database, key_ring: KeyRing, anna: User) -> int:
    """A connection of anna's with things set aside."""
    made = await connect(database, key_ring, anna.tenant_id)
    async with database.tenant(anna.tenant_id) as tx:
        for dataset, faults in FAULTS.items():
            await set_aside.settle(tx, made, dataset, read=(), faults=faults, now=NOW)
    return made


@pytest.fixture
async def failing(database: Database, anna: User, connection: int) -> int:
    """The same, with a field that fails on many rows."""
    error = FieldError("vat", "odoo_access_refused", "Odoo refuses this field.", (7, 12))
    async with database.tenant(anna.tenant_id) as tx:
        await failing_fields.remember(tx, connection, "contacts", [error], NOW)
    return connection


async def listed(
    client: httpx.AsyncClient, headers: Headers, connection: int, **params: Any
) -> dict[str, Any]:
    path = f"/api/v1/connections/{connection}/set-aside"
    answer = await client.get(path, headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_what_is_set_aside_is_listed_with_its_reason(
    client: httpx.AsyncClient, signed_in: Headers, connection: int
) -> None:
    page = await listed(client, signed_in, connection, dataset="products")
    assert page["next_cursor"] is None
    assert page["items"] == [
        {
            "connection_id": connection,
            "dataset": "products",
            "odoo_id": 3,
            "field": "list_price",
            "code": "odoo_error",
            "reason": "Odoo fails on this field.",
            "first_at": "2026-01-31T12:00:00.123456Z",
            "last_at": "2026-01-31T12:00:00.123456Z",
        }
    ]


async def test_pages_go_through_all_of_it_once(
    client: httpx.AsyncClient, signed_in: Headers, connection: int
) -> None:
    seen: list[tuple[int, str | None]] = []
    cursor: str | None = ""
    while cursor is not None:
        params = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = await listed(client, signed_in, connection, **params)
        seen += [(item["odoo_id"], item["field"]) for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [(7, None), (7, "comment"), (12, "phone"), (3, "list_price")]


async def test_fields_that_fail_on_many_rows_come_first_on_their_own_page(
    client: httpx.AsyncClient, signed_in: Headers, failing: int
) -> None:
    first = await listed(client, signed_in, failing, dataset="contacts", limit=1)
    (item,) = first["items"]
    assert (item["odoo_id"], item["field"], item["reason"]) == (
        None,
        "vat",
        "Odoo refuses this field.",
    )
    rest = await listed(client, signed_in, failing, dataset="contacts", cursor=first["next_cursor"])
    assert [item["odoo_id"] for item in rest["items"]] == [7, 7, 12]


@pytest.mark.usefixtures("failing")
async def test_graphql_lists_fields_that_fail_on_many_rows(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    items = (await data_of(client, signed_in, QUERY))["set_aside"]["items"]
    assert [(item["odoo_id"], item["field"]) for item in items] == [(None, "vat"), (7, None)]


@pytest.mark.usefixtures("connection")
async def test_graphql_lists_the_same_of_the_active_connection(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    first = (await data_of(client, signed_in, QUERY))["set_aside"]
    assert [item["field"] for item in first["items"]] == [None, "comment"]
    rest = (await data_of(client, signed_in, QUERY, cursor=first["next_cursor"]))["set_aside"]
    assert ([item["odoo_id"] for item in rest["items"]], rest["next_cursor"]) == ([12], None)


async def test_somebody_elses_connection_is_not_there(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    path = "/api/v1/connections/99/set-aside"
    assert (await client.get(path, headers=signed_in)).status_code == 404
    code, _ = await error_of(client, signed_in, "{ set_aside(connection_id: 99) { next_cursor } }")
    assert code == "no_connection"


@pytest.mark.parametrize(
    "values",
    [["nonsense"], [], ["a", "b", "c"], ["a", 9223372036854775808, "c"], [{}], ["\0", 7, "c"]],
)
async def test_a_cursor_that_no_list_gave_is_refused(
    client: httpx.AsyncClient, signed_in: Headers, connection: int, values: list[Any]
) -> None:
    path = f"/api/v1/connections/{connection}/set-aside"
    cursor = write_cursor("what is set aside", *values)
    answer = await client.get(path, headers=signed_in, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
