"""No request keeps the event loop for long: counted in records between two turns of the loop."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.openapi.utils import get_openapi

from copies import ANNA, connect, keep
from odoosync import event_loop
from odoosync.accounts.cross_tenant import User
from odoosync.api import openapi
from odoosync.api.graphql import execution
from odoosync.crypto import KeyRing
from odoosync.db import Database
from queries import data_of
from ticking import TickingClock, turns_of

Headers = dict[str, str]
ROWS = 300
TAGS = 600
MOST = 15
"""Records, or blocks of them, between two turns: ten, and some of those who asked meanwhile."""


@pytest.fixture
async def copy(database: Database, key_ring: KeyRing, anna: User) -> int:
    """A connection of anna's with many contacts; one of them has many tags."""
    made = await connect(database, key_ring, anna.tenant_id)
    rows = {number: {**ANNA, "country_id": number} for number in range(1, ROWS + 1)}
    rows[1]["category_id"] = list(range(TAGS))
    await keep(database, anna.tenant_id, made, rows)
    return made


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Iterator[TickingClock]:
    """Lets a millisecond pass at each record."""
    clock = TickingClock()
    monkeypatch.setattr(event_loop.SHARED, "_clock", clock)
    monkeypatch.setattr(event_loop.SHARED, "_since", 0.0)
    yield clock
    monkeypatch.undo()


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize("path", ["contacts", "changes", "records/contacts"])
async def test_rest_lets_others_run_between_records(
    client: httpx.AsyncClient, signed_in: Headers, ticking: TickingClock, path: str
) -> None:
    async with turns_of(ticking) as turns:
        answer = await client.get(f"/api/v1/{path}?limit=1000", headers=signed_in)
    assert len(answer.json()["items"]) == ROWS
    assert ticking.readings > 2 * ROWS
    assert turns.longest <= MOST


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize(
    "query",
    [
        "{ contacts(limit: 1000) { items { name country_id { name } fields } } }",
        "{ changes(limit: 1000) { items { kind record { fields } } } }",
        "{ contacts(limit: 1) { items { category_id } } }",
        "{ a: contacts(limit: 500) { items { id } } b: contacts(limit: 500) { items { id } } }",
    ],
)
async def test_graphql_lets_others_run_between_records(
    client: httpx.AsyncClient, signed_in: Headers, ticking: TickingClock, query: str
) -> None:
    async with turns_of(ticking) as turns:
        await data_of(client, signed_in, query)
    assert ticking.readings > ROWS
    assert turns.longest <= MOST


async def test_a_long_document_is_read_and_checked_in_a_thread(
    client: httpx.AsyncClient, signed_in: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[tuple[str, bool]] = []
    here = threading.current_thread()

    def watched(name: str) -> None:
        work: Any = getattr(execution, name)

        def noted(*args: Any, **kwargs: Any) -> Any:
            used.append((name, threading.current_thread() is here))
            return work(*args, **kwargs)

        monkeypatch.setattr(execution, name, noted)

    watched("parse")
    watched("validate_document")
    short, long = "{ me { id } }", "{ me { id } }" + "#" * 1000
    for query in (short, long):
        await data_of(client, signed_in, query)
    names = ("parse", "validate_document")
    assert used == [(name, is_here) for is_here in (True, False) for name in names]


async def test_the_openapi_document_is_made_in_a_thread(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[bool] = []
    here = threading.current_thread()

    def noted(**kwargs: Any) -> Any:
        used.append(threading.current_thread() is here)
        return get_openapi(**kwargs)

    monkeypatch.setattr(openapi, "get_openapi", noted)
    documents = [(await client.get("/openapi.json")).json() for _ in range(2)]
    assert documents[0] == documents[1]
    assert used == [False]


@pytest.mark.parametrize("field", ["id ", "username "])
async def test_a_field_asked_for_hundreds_of_times_is_refused_before_it_is_compared(
    client: httpx.AsyncClient, signed_in: Headers, field: str
) -> None:
    body = {"query": "{ me { " + field * 1000 + "} }"}
    (error,) = (await client.post("/graphql", json=body, headers=signed_in)).json()["errors"]
    assert "1000 tokens" in error["message"]


async def test_a_body_of_more_than_128_kib_is_refused(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    body = b"[" + b"[]," * 45_000 + b"[]]"
    headers = signed_in | {"Content-Type": "application/json"}
    answer = await client.post("/api/v1/contacts/sync", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_a_form_to_sign_in_of_more_than_16_kib_is_refused(client: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for form in (b"&" * 1_000_000, b"username=a&password=" + b"b" * 16_384):
        answer = await client.post("/api/v1/auth/token", content=form, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    short = b"username=a&password=" + b"b" * 16_000
    answer = await client.post("/api/v1/auth/token", content=short, headers=headers)
    assert answer.status_code != 413
