"""Two users on the same Odoo, with the same login, share nothing; each other's ids are absent.

Every operation of the OpenAPI document that names something by an id is called with another
tenant's, and every field of the GraphQL schema that takes a `connection_id`.
"""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from sqlalchemy import select

from integration.connections.calling import PROFILE, Calls, operations
from odoosync.connections.connection import from_row
from odoosync.connections.store import sealed_for
from odoosync.connections.tables import connections
from odoosync.crypto import CannotOpen, KeyRing
from odoosync.db import Database
from queries import post

pytestmark = pytest.mark.dialect

BODIES: Final = (b"", b"{", b"[]", b'{"nothing": 1}')
NAMES_NO_OTHER: Final = {"dataset"}
TELLS_OWN_ENTRIES: Final = {"/api/v1/audit"}
"""Entries outlive their connection: a filter that finds none is no error."""


async def test_every_id_of_another_tenant_is_absent_before_the_body_is_looked_at(
    calls: Calls, bert: Calls, annas: dict[str, Any]
) -> None:
    document = (await calls.client.get("/openapi.json")).json()
    asked = set()
    for method, path, _ in operations(document):
        names = set(re.findall(r"\{(\w+)\}", path))
        if not names - NAMES_NO_OTHER:
            continue
        address = path.format(**{name: annas[name] for name in names})
        for body in BODIES:
            headers = bert.headers | {"Content-Type": "application/json"}
            answer = await bert.client.request(method, address, headers=headers, content=body)
            assert answer.status_code == 404, (method, path, body, answer.text)
        asked.add((method, path))
    assert len(asked) > 30


async def test_a_connection_of_another_tenant_is_absent_where_it_is_a_parameter(
    calls: Calls, bert: Calls, annas: dict[str, Any]
) -> None:
    document = (await calls.client.get("/openapi.json")).json()
    asked = set()
    for method, path, operation in operations(document):
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        if "connection_id" in named and path not in TELLS_OWN_ENTRIES:
            address = path.format(dataset="contacts", record_id="1")
            answer = await bert.ask(method, f"{address}?connection_id={annas['connection_id']}")
            assert answer.status_code == 404, (method, path, answer.text)
            asked.add(path)
    some = ("contacts", "runs", "runs.csv", "datasets", "changes")
    assert {f"/api/v1/{one}" for one in some} <= asked


async def test_a_connection_of_another_tenant_is_not_synced(
    bert: Calls, annas: dict[str, Any]
) -> None:
    form = {"connection_id": annas["connection_id"]}
    for noun in ("contacts", "products", "records/product_variants"):
        assert await bert.refused("POST", f"/api/v1/{noun}/sync", form) == (404, "no_connection")


async def test_a_connection_of_another_tenant_is_absent_whatever_a_webhook_is_else(
    bert: Calls, annas: dict[str, Any]
) -> None:
    receiver = {"url": "https://example.com/receiver"}
    own = (await bert.ok("POST", "/api/v1/webhooks", receiver))["id"]
    form = {"url": "nothing", "kinds": ["nothing"], "connection_id": annas["connection_id"]}
    for method, path in (("POST", ""), ("PATCH", f"/{own}")):
        answer = await bert.refused(method, f"/api/v1/webhooks{path}", form)
        assert answer == (404, "no_connection")


SCHEMA: Final = """{ __schema { query: queryType { ...of } mutation: mutationType { ...of } } }
    fragment of on __Type { fields { name args { name } } }"""
ENOUGH: Final = {
    "id": '"1"',
    "dataset": '"contacts"',
    "odoo_password": '"admin"',
    "every": "3600",
    "url": '"https://example.com/receiver"',
}


async def graphql_calls(calls: Calls, connection_id: int) -> list[tuple[str, str]]:
    """Write a call of each field of the schema that takes a connection, with its name."""
    roots = (await post(calls.client, calls.headers, SCHEMA))["data"]["__schema"]
    found = []
    for kind, root in roots.items():
        for field in root["fields"]:
            names = {one["name"] for one in field["args"]}
            if "connection_id" in names:
                given = {name: value for name, value in ENOUGH.items() if name in names}
                given["connection_id"] = str(connection_id)
                arguments = ", ".join(f"{name}: {value}" for name, value in given.items())
                call = f"{kind} {{ {field['name']}({arguments}) {{ __typename }} }}"
                found.append((field["name"], call))
    return found


async def test_graphql_knows_no_connection_of_another_tenant(
    calls: Calls, bert: Calls, annas: dict[str, Any]
) -> None:
    receiver = {"url": "https://example.com/receiver"}
    own = str((await bert.ok("POST", "/api/v1/webhooks", receiver))["id"])
    asked = await graphql_calls(calls, annas["connection_id"])
    assert len(asked) > 30
    for name, text in asked:
        call = text.replace('id: "1"', f'id: "{own}"')
        if name == "audit":  # entries outlive their connection: a filter may find none
            continue
        answer = await post(bert.client, bert.headers, call)
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        nothing = codes == [] and answer["data"][name] is None
        assert codes == ["no_connection"] or nothing, (call, answer)


TYPES: Final = """{ __schema { mutationType { fields { name args { name type { ...of } } } } } }
    fragment of on __Type { name kind ofType { name kind ofType { name kind } } }"""
TELLS_A_NUMBER: Final = {"replay_webhook"}
NONSENSE: Final = {
    "Boolean": "true",
    "Int": "0",
    "BigInt": "0",
    "String": '"nothing"',
    "JSON": "{nothing: 1}",
    "LIST": '["nothing"]',
}


def nonsense_for(kind: dict[str, Any]) -> str:
    """Write a value that the schema lets through and no resolver accepts."""
    if kind["kind"] == "NON_NULL":
        return nonsense_for(kind["ofType"])
    return NONSENSE["LIST" if kind["kind"] == "LIST" else kind["name"]]


async def test_graphql_decides_whose_an_id_is_before_it_looks_at_the_rest(
    calls: Calls, bert: Calls, annas: dict[str, Any]
) -> None:
    schema = (await post(calls.client, calls.headers, TYPES))["data"]["__schema"]
    ids = {name: annas[f"{name}_id"] for name in ("connection", "webhook")}
    asked = set()
    for field in schema["mutationType"]["fields"]:
        given = {one["name"]: nonsense_for(one["type"]) for one in field["args"]}
        named = {f"{name}_id": str(one) for name, one in ids.items() if f"{name}_id" in given}
        if "id" in given and "webhook_id" not in given:
            named["id"] = str(ids["webhook"])
        if named:
            arguments = ", ".join(f"{name}: {value}" for name, value in (given | named).items())
            shown = "" if field["name"] in TELLS_A_NUMBER else "{ __typename }"
            call = f"mutation {{ {field['name']}({arguments}) {shown} }}"
            (error,) = (await post(bert.client, bert.headers, call))["errors"]
            assert error["extensions"]["code"] in {"no_connection", "no_webhook"}, (call, error)
            asked.add(field["name"])
    assert len(asked) > 25


async def test_the_same_login_of_the_same_odoo_is_sealed_apart(
    bert: Calls, annas: dict[str, Any], database: Database, key_ring: KeyRing
) -> None:
    made = await bert.create()
    async with database.system(write=False) as tx:
        rows = await tx.all(select(connections).order_by(connections.c.id))
    assert [row.id for row in rows] == [annas["connection_id"], made["id"]]
    assert len({(row.odoo_url, row.odoo_database, row.odoo_username) for row in rows}) == 1
    first, second = rows
    assert first.sealed_secret != second.sealed_secret
    with pytest.raises(CannotOpen):
        key_ring.open(first.sealed_secret, sealed_for(from_row(second)))


@pytest.mark.usefixtures("annas")
async def test_rows_and_histories_of_the_same_odoo_are_apart(calls: Calls, bert: Calls) -> None:
    await bert.create()
    for path in ("/api/v1/contacts", "/api/v1/changes", "/api/v1/runs"):
        mine, theirs = [(await one.ok("GET", path))["items"] for one in (calls, bert)]
        assert (len(mine) > 0, theirs) == (True, []), path
    await bert.ok("DELETE", PROFILE)
    assert len((await calls.ok("GET", "/api/v1/contacts"))["items"]) == 2
