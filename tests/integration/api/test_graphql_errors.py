from __future__ import annotations

import httpx
import pytest

from queries import Headers, data_of, error_of, post

INTROSPECTION = "{ __schema { queryType { name } } }"


@pytest.mark.parametrize("query", ["{ me { username } }", INTROSPECTION, "nonsense"])
async def test_nobody_asks_without_a_token(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.post("/graphql", json={"query": query})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


async def test_the_schema_is_told_to_those_with_a_token(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    answer = await data_of(client, signed_in, INTROSPECTION)
    assert answer == {"__schema": {"queryType": {"name": "Query"}}}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": ""},
        {"query": None},
        {"query": 7},
        {"query": "{ me { id } }", "variables": []},
        {"query": "{ me { id } }", "operationName": 7},
        {"query": "#" * 100_001},
        [{"query": "{ me { id } }"}],
    ],
)
async def test_what_is_no_request_is_422(
    client: httpx.AsyncClient, signed_in: Headers, body: object
) -> None:
    answer = await client.post("/graphql", json=body, headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


INVALID = {
    "{": "Syntax Error",
    "{ nothing }": "Cannot query field 'nothing'",
    "{ contacts(limit: true) { next_cursor } }": "Int cannot represent",
    "subscription { me }": "subscription",
    "{ " + "me { id } " * 1000 + "}": "tokens",
    "{ a " * 660 + "}" * 660: "deep",
    "{ " + " ".join(f"a{n}: me {{ id }}" for n in range(16)) + " }": "aliases",
    "query a " + "{ me " * 12 + "{ id }" + " }" * 12: "depth",
    "fragment f on Query { ...f } { ...f }": "fragment",
}


async def test_what_cannot_be_executed_is_told_why(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    for query, says in INVALID.items():
        answer = await post(client, signed_in, query)
        assert answer["data"] is None
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"graphql_invalid"}
        told = " ".join(error["message"] for error in answer["errors"])
        assert says in told, told


async def test_an_operation_that_is_not_in_the_query_is_told_as_such(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    body = {"query": "query a { me { id } }", "operationName": "b"}
    answer = await client.post("/graphql", json=body, headers=signed_in)
    assert "operationName" in answer.json()["errors"][0]["message"]


REFUSED = {
    "contacts(limit: 0)": ("bad_limit", "`limit` is a number from 1 to 1000."),
    "contacts(limit: 1001)": ("bad_limit", "`limit` is a number from 1 to 1000."),
    'contacts(cursor: "x")': ("bad_cursor", "cursor"),
    'contacts(search: "\\u0000")': ("bad_filter", "search"),
    'contacts(search: "' + "x " * 101 + '")': ("bad_filter", "at most 200"),
    "contacts(filters: [" + '{field: "id", value: 1}' * 51 + "])": ("bad_filter", "50 filters"),
    'contacts(filters: [{field: "nope", value: 1}])': ("unknown_filter", "Known fields"),
    "contacts(connection_id: 99)": ("no_connection", "no connection"),
    'records(dataset: "nothing")': ("unknown_dataset", "contacts"),
    "sync_runs(limit: 0)": ("bad_limit", "`limit`"),
    'sync_runs(cursor: "x")': ("bad_cursor", "cursor"),
    'sync_runs(status: "x")': ("bad_filter", "queued"),
    'sync_runs(dataset: "\\u0000")': ("unknown_dataset", "contacts"),
    'sync_runs(trigger: "\\u0000")': ("bad_filter", "trigger"),
    'sync_runs(mode: "\\u0000")': ("bad_filter", "mode"),
}


async def test_what_is_refused_has_a_code_and_a_sentence(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    for field, (code, says) in REFUSED.items():
        found = await error_of(client, signed_in, f"{{ {field} {{ next_cursor }} }}")
        assert (field, found[0]) == (field, code)
        assert says in found[1]


async def test_what_is_not_there_is_null(client: httpx.AsyncClient, signed_in: Headers) -> None:
    query = """{ contact(id: "nobody") { id } sync_run(id: "\\u0000") { id }
        product(id: "99-1") { id } }"""
    found = await data_of(client, signed_in, query)
    assert found == {"contact": None, "sync_run": None, "product": None}


async def test_of_several_operations_one_is_named(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    form = {"query": "query A { me { id } } query B { me { username } }"}
    unnamed = (await client.post("/graphql", json=form, headers=signed_in)).json()
    named = {**form, "operationName": "B"}
    answered = (await client.post("/graphql", json=named, headers=signed_in)).json()
    assert (unnamed["data"], "operationName" in unnamed["errors"][0]["message"]) == (None, True)
    assert answered == {"data": {"me": {"username": "anna"}}}
