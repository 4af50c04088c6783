"""Fields can be shown and filtered by whatever Odoo calls them: capitals, dollars, accents."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from copies import AZURE, CONTACT_TYPES, connect, keep
from odoosync.accounts.cross_tenant import User
from odoosync.crypto import KeyRing
from odoosync.db import Database
from queries import Headers, data_of

STUDIO = "x_studio_many2one_field_RZnWk"
KINDS = {
    STUDIO: ("many2one", "res.country"),
    "x_Level": ("char", None),
    "x_level": ("char", None),
    "x_Tags": ("many2many", "res.partner.category"),
    "x_Is": ("boolean", None),
    "x_Sum": ("float", None),
    "x_studio__twice": ("char", None),
    "x_a__in": ("char", None),
    "x_price$": ("integer", None),
    "größe": ("char", None),
    "x_note": ("text", None),
    "x_page": ("html", None),
}
TYPES = CONTACT_TYPES | {
    name: {"type": kind, "relation": relation, "string": name}
    for name, (kind, relation) in KINDS.items()
}
ONE: dict[str, Any] = {
    STUDIO: 43,
    "x_Level": "High",
    "x_level": "low",
    "x_Tags": [4],
    "x_Is": True,
    "x_Sum": 1.5,
    "x_studio__twice": "two",
    "x_a__in": "odd",
    "x_price$": 7,
    "größe": "groß",
    "x_note": "Two lines\nof a note",
    "x_page": "<p>Ölhafen</p>",
}
ROWS = {1: AZURE | {"name": "One"} | ONE, 2: AZURE | {"name": "Two", "x_level": "High"}}
FILTERS = {
    f"{STUDIO}=43": ["One"],
    f"{STUDIO}__in=43,44": ["One"],
    f"{STUDIO}__isnull=true": ["Two"],
    "x_Level=High": ["One"],
    "x_level=High": ["Two"],
    "x_Level__contains=HIG": ["One"],
    "x_Level__gt=A": ["One"],
    "x_Tags=4": ["One"],
    "x_Is=true": ["One"],
    "x_Sum__gte=1.5": ["One"],
    "x_studio__twice=two": ["One"],
    "x_studio__twice__in=two,three": ["One"],
    "x_a__in=odd": ["One"],
    "x_price$__lt=8": ["One"],
    "größe=groß": ["One"],
}


SEARCHES = {
    "low": ["One"],
    "HIGH": ["One", "Two"],
    "GROSS": ["One"],
    "one lines groß": ["One"],
    "two": ["One", "Two"],
    "azure note": ["One"],
    "ölhafen": [],
    "7": [],
}


@pytest.fixture
async def connection(database: Database, key_ring: KeyRing, anna: User) -> int:
    made = await connect(database, key_ring, anna.tenant_id)
    await keep(database, anna.tenant_id, made, ROWS, types=TYPES)
    return made


@pytest.mark.usefixtures("connection")
async def test_rest_filters_by_them(client: httpx.AsyncClient, signed_in: Headers) -> None:
    found = {}
    for query in FILTERS:
        answer = await client.get(f"/api/v1/contacts?{query}", headers=signed_in)
        assert answer.status_code == 200, answer.text
        found[query] = [item["name"] for item in answer.json()["items"]]
    assert found == FILTERS


@pytest.mark.usefixtures("connection")
async def test_graphql_shows_and_filters_by_them(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    query = (
        """query ($filters: [FilterInput!]) { contacts(filters: $filters) { items { fields } } }"""
    )
    for name, value in ONE.items():
        asked = [{"field": name, "value": value[0] if isinstance(value, list) else value}]
        (item,) = (await data_of(client, signed_in, query, filters=asked))["contacts"]["items"]
        shown = item["fields"][name]
        assert (shown["id"] if name == STUDIO else shown) == value


@pytest.mark.usefixtures("connection")
async def test_a_search_looks_into_extra_fields_of_type_char_and_text(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    query = "query ($words: String) { contacts(search: $words) { items { name } } }"
    for words, expected in SEARCHES.items():
        answer = await client.get("/api/v1/contacts", params={"search": words}, headers=signed_in)
        assert [item["name"] for item in answer.json()["items"]] == expected, words
        page = (await data_of(client, signed_in, query, words=words))["contacts"]
        assert [item["name"] for item in page["items"]] == expected, words


async def test_a_search_looks_into_the_extra_fields_of_the_connection_that_is_asked_for(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection: int,
    database: Database,
    key_ring: KeyRing,
    anna: User,
) -> None:
    other = await connect(database, key_ring, anna.tenant_id, "other_db")
    await keep(database, anna.tenant_id, other, {1: AZURE | {"x_level": "Ölhafen"}})
    for asked, expected in ((other, []), (connection, ["One"])):
        path = f"/api/v1/contacts?search=low&connection_id={asked}"
        answer = await client.get(path, headers=signed_in)
        assert [item["name"] for item in answer.json()["items"]] == expected
