from __future__ import annotations

import httpx
import pytest

from copies import CONTACT_TYPES, CONTACTS, SYNCED_AT, connect, keep, name_countries
from odoosync.accounts.cross_tenant import User
from odoosync.crypto import KeyRing
from odoosync.db import Database
from queries import data_of

pytestmark = pytest.mark.dialect

Headers = dict[str, str]


@pytest.fixture
async def connection_id(database: Database, key_ring: KeyRing, anna: User) -> int:
    """Anna's connection, with three contacts and a product in the copy."""
    made = await connect(database, key_ring, anna.tenant_id)
    await keep(database, anna.tenant_id, made, CONTACTS)
    types = CONTACT_TYPES | {"list_price": {"type": "float", "relation": None}}
    desk = {7: {"name": "Desk", "list_price": 9.95, "active": True}}
    for dataset in ("products", "product_variants"):
        await keep(database, anna.tenant_id, made, desk, dataset=dataset, types=types)
    await name_countries(database, anna.tenant_id, made)
    return made


async def test_contacts_have_typed_fields_and_all_others(
    client: httpx.AsyncClient, signed_in: Headers, connection_id: int
) -> None:
    query = """{ contacts(limit: 1) { next_cursor total_count items {
        id odoo_id name mobile is_company parent_id { id name } country_id { name }
        category_id active write_date synced_at deleted_at fields } } }"""
    page = (await data_of(client, signed_in, query))["contacts"]
    fields = page["items"][0].pop("fields")
    assert page["items"] == [
        {
            "id": f"{connection_id}-1",
            "odoo_id": 1,
            "name": "Anna Ölander",
            "mobile": None,
            "is_company": False,
            "parent_id": {"id": 3, "name": "Azure"},
            "country_id": {"name": "Country 43"},
            "category_id": [4, 5],
            "active": True,
            "write_date": "2026-01-01T00:00:00Z",
            "synced_at": SYNCED_AT,
            "deleted_at": None,
        }
    ]
    assert (page["total_count"], fields["x_nickname"]) == (3, "Änni")


@pytest.mark.usefixtures("connection_id")
async def test_pages_follow_each_other(client: httpx.AsyncClient, signed_in: Headers) -> None:
    query = "query($c: String) { contacts(limit: 2, cursor: $c) { items { odoo_id } next_cursor } }"
    first = (await data_of(client, signed_in, query, c=None))["contacts"]
    second = (await data_of(client, signed_in, query, c=first["next_cursor"]))["contacts"]
    assert second == {"items": [{"odoo_id": 3}], "next_cursor": None}


@pytest.mark.usefixtures("connection_id")
async def test_lists_are_narrowed(client: httpx.AsyncClient, signed_in: Headers) -> None:
    narrowed = {
        'search: "ölander"': ["Anna Ölander"],
        "active: false": ["Bert"],
        'filters: [{field: "city", value: "Bern"}]': ["Anna Ölander"],
        'filters: [{field: "odoo_id", op: "in", value: [1, 3]}]': ["Anna Ölander", "Azure"],
        'filters: [{field: "x_score", op: "gt", value: 1.4}]': ["Anna Ölander"],
    }
    for arguments, expected in narrowed.items():
        query = f"{{ contacts({arguments}) {{ items {{ name }} total_count }} }}"
        page = (await data_of(client, signed_in, query))["contacts"]
        assert [item["name"] for item in page["items"]] == expected
        assert page["total_count"] == len(expected)


@pytest.mark.usefixtures("connection_id")
async def test_single_records_are_found_by_id_or_null(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    query = """{ contact(id: "1") { name } none: contact(id: "99") { name }
        product(id: 7) { name list_price } product_variant(id: 7) { name }
        record(dataset: "products", id: "7") { odoo_id fields } }"""
    data = await data_of(client, signed_in, query)
    fields = data["record"].pop("fields")
    assert data == {
        "contact": {"name": "Anna Ölander"},
        "none": None,
        "product": {"name": "Desk", "list_price": 9.95},
        "product_variant": {"name": "Desk"},
        "record": {"odoo_id": 7},
    }
    kept = {name: value for name, value in fields.items() if value is not None}
    assert kept == {"name": "Desk", "list_price": 9.95, "active": True}


@pytest.mark.usefixtures("connection_id")
async def test_any_dataset_is_listed(client: httpx.AsyncClient, signed_in: Headers) -> None:
    query = """{ records(dataset: "product_variants") { items { odoo_id fields } }
        products { items { name } } product_variants { total_count } }"""
    found = await data_of(client, signed_in, query)
    assert found["records"]["items"][0]["fields"]["name"] == "Desk"
    assert found["products"]["items"] == [{"name": "Desk"}]
    assert found["product_variants"] == {"total_count": 1}


async def test_the_caller_and_their_connections_are_shown(
    client: httpx.AsyncClient, signed_in: Headers, connection_id: int
) -> None:
    query = """{ me { username is_admin scopes kind }
        connections { id odoo_url odoo_database is_active odoo_version extra_fields } }"""
    assert await data_of(client, signed_in, query) == {
        "me": {
            "username": "anna",
            "is_admin": False,
            "scopes": ["manage", "read", "sync"],
            "kind": "password",
        },
        "connections": [
            {
                "id": connection_id,
                "odoo_url": "http://localhost:8069",
                "odoo_database": "odoo_db",
                "is_active": True,
                "odoo_version": "18.0",
                "extra_fields": {},
            }
        ],
    }


async def test_a_user_without_a_connection_has_empty_lists(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    query = "{ contacts { items { id } total_count next_cursor } sync_runs { items { id } } }"
    assert await data_of(client, signed_in, query) == {
        "contacts": {"items": [], "total_count": 0, "next_cursor": None},
        "sync_runs": {"items": []},
    }


async def test_there_is_a_page_to_try_it_on(client: httpx.AsyncClient) -> None:
    page = await client.get("/graphql", headers={"accept": "text/html"})
    assert (page.status_code, "GraphiQL" in page.text) == (200, True)
