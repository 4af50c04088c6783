from __future__ import annotations

from typing import Any

import httpx
import pytest

from copies import AZURE, CONTACT_TYPES, CONTACTS, NOW, SYNCED_AT, connect, keep, name_countries
from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.users import create_user
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.store import deletion
from people import PASSWORD
from queries import data_of

pytestmark = pytest.mark.dialect

Headers = dict[str, str]
ABSENT = (
    "contacts/99",
    "contacts/999999-1",
    "contacts/nobody",
    "contacts/٣",
    "contacts/99999999999999999999",
    "products/1",
    "records/nothing",
    "records/nothing/1",
    "contacts?connection_id=999999",
)


@pytest.fixture
async def connection_id(database: Database, key_ring: KeyRing, anna: User) -> int:
    """Anna's connection, with three contacts in the copy."""
    made = await connect(database, key_ring, anna.tenant_id)
    await keep(database, anna.tenant_id, made, CONTACTS)
    await name_countries(database, anna.tenant_id, made)
    return made


async def names(client: httpx.AsyncClient, headers: Headers, query: str) -> list[str]:
    answer = await client.get(f"/api/v1/contacts?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


async def test_an_item_is_flat_and_names_what_it_refers_to(
    client: httpx.AsyncClient, signed_in: Headers, connection_id: int
) -> None:
    answer = await client.get("/api/v1/contacts", headers=signed_in)
    assert answer.json()["next_cursor"] is None
    assert answer.json()["items"][0] == CONTACTS[1] | {
        "id": f"{connection_id}-1",
        "odoo_id": 1,
        "parent_id": {"id": 3, "name": "Azure"},
        "country_id": {"id": 43, "name": "Country 43"},
        "synced_at": SYNCED_AT,
        "deleted_at": None,
    }


async def test_a_reference_without_a_known_name_keeps_its_id(
    client: httpx.AsyncClient, signed_in: Headers, connection_id: int
) -> None:
    answer = await client.get(f"/api/v1/contacts/{connection_id}-2", headers=signed_in)
    assert answer.json()["country_id"] == {"id": 44, "name": None}


@pytest.mark.usefixtures("connection_id")
async def test_pages_follow_each_other_until_none_is_left(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    path, seen = "/api/v1/contacts?limit=2", []
    for _ in range(3):
        answer = (await client.get(path, headers=signed_in)).json()
        seen.append([item["odoo_id"] for item in answer["items"]])
        if answer["next_cursor"] is None:
            break
        path = f"/api/v1/contacts?limit=2&cursor={answer['next_cursor']}"
    assert seen == [[1, 2], [3]]


EVERYBODY = ["Anna Ölander", "Bert", "Azure"]
NARROWED = {
    "": EVERYBODY,
    "active=true": ["Anna Ölander", "Azure"],
    "active=false": ["Bert"],
    "search=ÖLANDER": ["Anna Ölander"],
    "search=100%25": [],
    "city=Bern": ["Anna Ölander"],
    "city__in=Bern,Basel": ["Anna Ölander", "Bert"],
    "x_nickname__contains=ÄN": ["Anna Ölander"],
    "x_score__gt=1.4": ["Anna Ölander"],
    "x_born=1990-05-17": ["Anna Ölander"],
    "is_company=true": ["Azure"],
    "parent_id=3": ["Anna Ölander"],
    "category_id=5": ["Anna Ölander"],
    "country_id__isnull=true": ["Azure"],
    "email=anna@example.org": ["Anna Ölander"],
    "ref=C-1&city=Bern": ["Anna Ölander"],
    "write_date__gte=2026-01-02T00:00:00Z": ["Bert", "Azure"],
    "write_date__gt=2026-01-02": ["Azure"],
    "write_date__gte=2026-01-02T02:00:00+02:00": ["Bert", "Azure"],
    "write_date__gte=2026-01-02T00:00:00.5Z": ["Azure"],
    "write_date__lte=2026-01-02T00:00:00.5Z": ["Anna Ölander", "Bert"],
    f"synced_at={SYNCED_AT}": EVERYBODY,
    f"synced_at__in={SYNCED_AT},2026-01-31": EVERYBODY,
    "synced_at__gt=2026-01-31T12:00:00.123456Z": [],
    "synced_at__gte=2026-01-31T14:00:00+02:00": EVERYBODY,
    "deleted_at__isnull=true": EVERYBODY,
    "deleted_at__gte=2026-01-31": [],
    "unreachable_at__isnull=false": [],
    "odoo_id__in=1,3": ["Anna Ölander", "Azure"],
}
REFUSED = {
    "limit=0": "limit",
    "limit=1001": "limit",
    "limit=x": "limit",
    "cursor=nonsense": "cursor",
    "cursor=MS9jb250YWN0cy9h": "cursor",
    "active=perhaps": "active",
    "connection_id=0": "connection_id",
    "synced_at=soon": "a moment",
    "deleted_at__contains=2026": "deleted_at",
    "nope=1": "Known fields are: active, category_id",
    "city__like=B": "eq, ne, gt, gte, lt, lte, in, contains, isnull",
    "is_company__gt=1": "eq, ne, isnull",
    "x_score=cheap": "a number",
    f"search={'x' * 201}": "search",
    "&".join(["odoo_id__gt=0"] * 51): "50 filters",
}


@pytest.mark.usefixtures("connection_id")
async def test_a_list_is_narrowed(client: httpx.AsyncClient, signed_in: Headers) -> None:
    found = {query: await names(client, signed_in, query) for query in NARROWED}
    assert found == NARROWED


@pytest.mark.usefixtures("connection_id")
async def test_what_cannot_be_asked_is_told_why(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    for query, says in REFUSED.items():
        answer = await client.get(f"/api/v1/contacts?{query}", headers=signed_in)
        assert (query, answer.status_code) == (query, 422)
        assert says in answer.json()["detail"]


async def test_deleted_records_are_shown_only_when_asked_for(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection_id: int,
    database: Database,
    anna: User,
) -> None:
    async with database.tenant(anna.tenant_id) as tx:
        await deletion.mark_deleted(tx, connection_id, "contacts", [1], NOW)
        await deletion.mark_unreachable(tx, connection_id, "contacts", [2], NOW)
    path = f"/api/v1/contacts/{connection_id}-1"
    assert await names(client, signed_in, "") == ["Azure"]
    assert len(await names(client, signed_in, "include_deleted=true")) == 3
    assert (await client.get(path, headers=signed_in)).status_code == 404
    shown = await client.get(f"{path}?include_deleted=true", headers=signed_in)
    assert shown.json()["deleted_at"] == SYNCED_AT


GONE = {
    "deleted_at__gte=2026-01-31": ["Anna Ölander"],
    f"deleted_at={SYNCED_AT}": ["Anna Ölander"],
    "deleted_at__gt=2026-02-01": [],
    "deleted_at__isnull=false": ["Anna Ölander"],
    "deleted_at__isnull=true": ["Azure"],
    "deleted_at__isnull=true&include_deleted=true": ["Bert", "Azure"],
    "unreachable_at__lte=2026-02-01": ["Bert"],
    "synced_at__gte=2026-01-31": ["Azure"],
}


async def test_a_filter_on_when_records_went_finds_them(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection_id: int,
    database: Database,
    anna: User,
) -> None:
    async with database.tenant(anna.tenant_id) as tx:
        await deletion.mark_deleted(tx, connection_id, "contacts", [1], NOW)
        await deletion.mark_unreachable(tx, connection_id, "contacts", [2], NOW)
    assert {query: await names(client, signed_in, query) for query in GONE} == GONE
    query = "query ($filters: [FilterInput!]) { contacts(filters: $filters) { items { name } } }"
    asked = [{"field": "deleted_at", "op": "gte", "value": "2026-01-31"}]
    found = await data_of(client, signed_in, query, filters=asked)
    assert found["contacts"]["items"] == [{"name": "Anna Ölander"}]


async def test_a_user_without_a_connection_has_no_items(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    for path in ("contacts?city=Bern", "products", "records/product_variants"):
        answer = await client.get(f"/api/v1/{path}", headers=signed_in)
        assert (answer.status_code, answer.json()) == (200, {"items": [], "next_cursor": None})


async def test_before_the_first_sync_unknown_fields_are_known_as_such(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    answer = await client.get("/api/v1/contacts?nope=1", headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_filter")


async def test_a_record_is_shown_by_either_id(
    client: httpx.AsyncClient, signed_in: Headers, connection_id: int
) -> None:
    for record_id in (f"{connection_id}-1", "1"):
        answer = await client.get(f"/api/v1/contacts/{record_id}", headers=signed_in)
        assert (answer.status_code, answer.json()["name"]) == (200, "Anna Ölander")


async def test_ids_below_zero_are_ids(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection_id: int,
    database: Database,
    anna: User,
) -> None:
    await keep(database, anna.tenant_id, connection_id, {-3: AZURE, -2: AZURE})
    first = (await client.get("/api/v1/contacts?limit=1", headers=signed_in)).json()
    path = f"/api/v1/contacts?limit=1&cursor={first['next_cursor']}"
    second = (await client.get(path, headers=signed_in)).json()
    shown = await client.get(f"/api/v1/contacts/{second['items'][0]['id']}", headers=signed_in)
    assert shown.json()["odoo_id"] == -2


@pytest.mark.usefixtures("connection_id")
async def test_what_is_not_there_is_404(client: httpx.AsyncClient, signed_in: Headers) -> None:
    for path in ABSENT:
        answer = await client.get(f"/api/v1/{path}", headers=signed_in)
        assert (path, answer.status_code) == (path, 404)


async def test_records_of_another_tenant_are_404(
    client: httpx.AsyncClient, signed_in: Headers, accounts: Accounts, key_ring: KeyRing
) -> None:
    other = await create_user(accounts, "other", PASSWORD)
    theirs = await connect(accounts.database, key_ring, other.tenant_id)
    await keep(accounts.database, other.tenant_id, theirs, {1: AZURE})
    for path in (f"contacts/{theirs}-1", f"contacts?connection_id={theirs}"):
        assert (await client.get(f"/api/v1/{path}", headers=signed_in)).status_code == 404


@pytest.mark.usefixtures("connection_id")
async def test_a_cursor_goes_on_only_where_it_began(
    client: httpx.AsyncClient, signed_in: Headers, accounts: Accounts, key_ring: KeyRing, anna: User
) -> None:
    first = (await client.get("/api/v1/contacts?limit=1", headers=signed_in)).json()
    second = await connect(accounts.database, key_ring, anna.tenant_id, "another_db")
    await keep(accounts.database, anna.tenant_id, second, {9: AZURE})
    cursor = first["next_cursor"]
    answer = await client.get(f"/api/v1/contacts?cursor={cursor}", headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_nobody_reads_without_a_token(client: httpx.AsyncClient) -> None:
    for path in ("contacts", "contacts/1", "products", "records/contacts"):
        assert (await client.get(f"/api/v1/{path}")).status_code == 401


async def test_variants_are_a_dataset_like_any_other(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection_id: int,
    database: Database,
    anna: User,
) -> None:
    types: dict[str, dict[str, Any]] = {"default_code": {"type": "char", "relation": None}}
    rows = {7: {"default_code": "DESK", "active": True}}
    await keep(
        database, anna.tenant_id, connection_id, rows, dataset="product_variants", types=types
    )
    path = "/api/v1/records/product_variants?default_code=DESK"
    answer = await client.get(path, headers=signed_in)
    assert [item["odoo_id"] for item in answer.json()["items"]] == [7]


async def test_a_field_that_odoo_lacks_is_there_as_null(
    client: httpx.AsyncClient,
    signed_in: Headers,
    database: Database,
    anna: User,
    connection_id: int,
) -> None:
    absent = {"mobile": {"type": "char", "relation": None, "string": "mobile", "absent": True}}
    types = CONTACT_TYPES | absent
    await keep(database, anna.tenant_id, connection_id, {}, types=types)
    answer = await client.get("/api/v1/contacts", headers=signed_in)
    assert [item["mobile"] for item in answer.json()["items"]] == [None, None, None]
    one = await client.get(f"/api/v1/contacts/{connection_id}-1", headers=signed_in)
    assert one.json()["mobile"] is None
    query = "{ contacts(limit: 1) { items { mobile fields } } }"
    (shown,) = (await data_of(client, signed_in, query))["contacts"]["items"]
    assert (shown["mobile"], shown["fields"]["mobile"]) == (None, None)
    assert await names(client, signed_in, "mobile=1") == []
    assert len(await names(client, signed_in, "mobile__isnull=true")) == 3
