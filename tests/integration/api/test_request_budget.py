"""One request reads at most 1,000 records in all, however it asks for them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from copies import CONTACTS, connect, keep
from odoosync.accounts.cross_tenant import User
from odoosync.api.graphql.endpoint import MAX_VALUES
from odoosync.crypto import KeyRing
from odoosync.db import Database
from queries import data_of, error_of, post

Headers = dict[str, str]
LISTS = ("contacts", "products", "product_variants", "sync_runs", "changes", "audit", "set_aside")
ITEM = "__typename"


@pytest.fixture(autouse=True)
async def connection_id(database: Database, key_ring: KeyRing, anna: User) -> int:
    made = await connect(database, key_ring, anna.tenant_id)
    await keep(database, anna.tenant_id, made, CONTACTS)
    return made


def _page(field: str, limit: int | str, more: str = "") -> str:
    return f"{field}(limit: {limit} {more}) {{ items {{ {ITEM} }} }}"


@pytest.mark.parametrize("name", LISTS)
async def test_no_list_is_read_beyond_the_thousandth_record(
    client: httpx.AsyncClient, signed_in: Headers, name: str
) -> None:
    query = f"{{ a: {_page(name, 600)} b: {_page(name, 401)} }}"
    code, message = await error_of(client, signed_in, query)
    assert (code, "1,000 records in all" in message) == ("too_many_records", True)


@pytest.mark.parametrize("name", LISTS)
async def test_lists_of_a_thousand_records_together_are_read(
    client: httpx.AsyncClient, signed_in: Headers, name: str
) -> None:
    await data_of(client, signed_in, f"{{ a: {_page(name, 600)} b: {_page(name, 400)} }}")


async def test_each_request_has_a_thousand_of_its_own(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    for _ in range(2):
        await data_of(client, signed_in, f"{{ {_page('contacts', 1000)} }}")


MANY = {
    "different lists": f"{{ {_page('contacts', 500)} {_page('changes', 501)} }}",
    "any dataset": f"{{ {_page('contacts', 500)} {_page('records', 501, 'dataset: %s')} }}"
    % '"products"',
    "fragments": f"""{{ ...A ...B }}
        fragment A on Query {{ a: {_page("contacts", 501)} }}
        fragment B on Query {{ ...C }}
        fragment C on Query {{ c: {_page("contacts", 500)} }}""",
    "inline fragments": f"{{ {_page('contacts', 501)} "
    f"... on Query {{ {_page('products', 500)} }} }}",
    "usual limits": "{ " + " ".join(f"a{n}: contacts {{ next_cursor }}" for n in range(11)) + " }",
    "records by id": f'{{ {_page("contacts", 1000)} contact(id: "1") {{ id }} }}',
    "any record by id": f"{{ {_page('contacts', 1000)} "
    'record(dataset: "contacts", id: "1") { id } }',
    "a run": f'{{ {_page("contacts", 1000)} sync_run(id: "x") {{ id }} }}',
    "the log of a run": f'{{ {_page("contacts", 801)} sync_run_log(id: "x") {{ at }} }}',
    "connections": f"{{ {_page('contacts', 1000)} connections {{ id }} }}",
    "one connection": f"{{ {_page('contacts', 1000)} connection {{ id }} }}",
    "datasets": f"{{ {_page('contacts', 998)} datasets {{ name }} }}",
    "schedules": f"{{ {_page('contacts', 998)} schedules {{ every }} }}",
    "freshness": f"{{ {_page('contacts', 998)} freshness {{ dataset }} }}",
    "questions": f"{{ {_page('contacts', 998)} deletions {{ gone }} restored {{ older }} }}",
    "mails": f"{{ {_page('mail_deliveries', 501)} {_page('contacts', 500)} }}",
    "a webhook": f"{{ {_page('contacts', 1000)} webhook_deliveries(webhook_id: 1) "
    "{ next_cursor } }",
    "a delivery": f"{{ {_page('contacts', 1000)} "
    "webhook_delivery(webhook_id: 1, id: 1) { id } }",
}


@pytest.mark.parametrize("way", MANY)
async def test_no_way_of_asking_reads_more(
    client: httpx.AsyncClient, signed_in: Headers, way: str
) -> None:
    errors = (await post(client, signed_in, MANY[way]))["errors"]
    assert "too_many_records" in {error["extensions"]["code"] for error in errors}


async def test_a_limit_in_a_variable_counts(client: httpx.AsyncClient, signed_in: Headers) -> None:
    query = f"query($n: Int!) {{ a: {_page('contacts', '$n')} b: {_page('contacts', '$n')} }}"
    assert (await post(client, signed_in, query, n=501))["errors"]
    await data_of(client, signed_in, query, n=500)


@pytest.mark.parametrize("limit", [-1, 0, 1001])
async def test_no_limit_makes_room_for_more(
    client: httpx.AsyncClient, signed_in: Headers, limit: int
) -> None:
    code, _ = await error_of(client, signed_in, f"{{ {_page('contacts', limit)} }}")
    assert code == "bad_limit"


async def test_lists_of_values_are_a_thousand_values_long_together(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    params: dict[str, Any] = {"id__in": ",".join(["1"] * 600), "odoo_id__in": ",".join(["1"] * 401)}
    refused = await client.get("/api/v1/contacts", headers=signed_in, params=params)
    params["id__in"] = ",".join(["1"] * 599)
    read = await client.get("/api/v1/contacts", headers=signed_in, params=params)
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_filter")
    assert "1000 values" in refused.json()["detail"]
    assert read.status_code == 200


@pytest.mark.parametrize("shape", ["list", "deep", "wide"])
async def test_variables_hold_so_many_values(
    client: httpx.AsyncClient, signed_in: Headers, shape: str
) -> None:
    value: Any = [{"field": "city", "value": "Bern"}] * (MAX_VALUES // 2)
    if shape == "deep":
        value = {"field": "city", "value": [[0] * 50] * 50}
    elif shape == "wide":
        value = {f"f{number}": 1 for number in range(MAX_VALUES + 1)}
    query = "query($f: [FilterInput!]) { contacts(filters: $f) { next_cursor } }"
    (error,) = (await post(client, signed_in, query, f=value))["errors"]
    assert (error["extensions"]["code"], "2,000 values" in error["message"]) == (
        "graphql_invalid",
        True,
    )
