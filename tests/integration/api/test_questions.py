"""Held-back deletions and restored databases, as REST and GraphQL show and confirm them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from copies import NOW, connect
from odoosync.accounts.cross_tenant import User
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.sync import cursors, questions
from odoosync.sync.questions import Kind, Place
from queries import Headers, data_of, error_of

COUNTS: dict[Kind, dict[str, Any]] = {
    "deletions": {"gone": 3, "kept": 4, "visible": 1, "seems": "deleted"},
    "restored": {"older": 2, "looked_at": 20},
}
CONFIRM = """mutation ($fingerprint: String) { confirm_deletions(dataset: "contacts", wait: false,
    fingerprint: $fingerprint) { success run { status trigger } } }"""


@pytest.fixture
async def connection(database: Database, key_ring: KeyRing, anna: User) -> int:
    """A connection of anna's, of which a sync asks both things about contacts."""
    made = await connect(database, key_ring, anna.tenant_id)
    async with database.tenant(anna.tenant_id) as tx:
        await cursors.write(tx, made, "contacts", low=NOW)
        for kind, counts in COUNTS.items():
            place = Place(made, "contacts", kind)
            await questions.ask(
                tx, place, [7, 5, 6], reason="Why.", counts=counts, run_id="r", now=NOW
            )
    return made


async def shown(
    client: httpx.AsyncClient, headers: Headers, connection: int, kind: Kind = "deletions"
) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/connections/{connection}/{kind}", headers=headers)
    assert (answer.status_code, answer.json()["next_cursor"]) == (200, None)
    (one,) = answer.json()["items"]
    found: dict[str, Any] = one
    return found


@pytest.mark.parametrize("kind", ["deletions", "restored"])
async def test_what_waits_is_told_with_counts_examples_and_the_reason(
    client: httpx.AsyncClient, signed_in: Headers, connection: int, kind: Kind
) -> None:
    one = await shown(client, signed_in, connection, kind)
    assert len(one.pop("fingerprint")) == 16
    assert one == {
        **COUNTS[kind],
        "connection_id": connection,
        "dataset": "contacts",
        "examples": [5, 6, 7],
        "reason": "Why.",
        "run_id": "r",
        "since": "2026-01-31T12:00:00.123456Z",
        "seen_at": "2026-01-31T12:00:00.123456Z",
        "confirmed_at": None,
        "confirmed_by": None,
    }


async def test_a_confirmation_asks_for_a_run(
    client: httpx.AsyncClient, signed_in: Headers, connection: int, anna: User
) -> None:
    form = {"dataset": "contacts", "wait": False}
    form |= {"fingerprint": (await shown(client, signed_in, connection))["fingerprint"]}
    path = f"/api/v1/connections/{connection}/deletions/confirm"
    answer = await client.post(path, headers=signed_in, json=form)
    assert (answer.status_code, answer.json()["run"]["status"]) == (202, "queued")
    assert (await shown(client, signed_in, connection))["confirmed_by"] == anna.id


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"dataset": "contacts", "fingerprint": "other"}, (409, "other_rows_by_now")),
        ({"dataset": "products"}, (409, "nothing_to_confirm")),
        ({"dataset": "invoices"}, (404, "unknown_dataset")),
        ({}, (422, "invalid_request")),
    ],
)
async def test_what_cannot_be_confirmed_is_told_and_starts_nothing(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection: int,
    form: dict[str, str],
    code: tuple[int, str],
) -> None:
    path = f"/api/v1/connections/{connection}/deletions/confirm"
    answer = await client.post(path, headers=signed_in, json=form)
    assert (answer.status_code, answer.json()["code"]) == code
    assert (await client.get("/api/v1/runs", headers=signed_in)).json()["items"] == []


async def test_a_restore_is_confirmed_with_full_syncs(
    client: httpx.AsyncClient, signed_in: Headers, connection: int
) -> None:
    path = f"/api/v1/connections/{connection}/restored/confirm"
    answer = await client.post(path, headers=signed_in)
    told = [(run["dataset"], run["mode"], run["status"]) for run in answer.json()["runs"]]
    assert (answer.status_code, told) == (202, [("contacts", "full", "queued")])


@pytest.mark.usefixtures("connection")
async def test_graphql_shows_and_confirms_the_same(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    query = "{ deletions { gone seems examples fingerprint } restored { older looked_at } }"
    data = await data_of(client, signed_in, query)
    (one,) = data["deletions"]
    assert (one["gone"], one["seems"], one["examples"]) == (3, "deleted", [5, 6, 7])
    assert data["restored"] == [{"older": 2, "looked_at": 20}]
    answer = await data_of(client, signed_in, CONFIRM, fingerprint=one["fingerprint"])
    run = {"status": "queued", "trigger": "api"}
    assert answer["confirm_deletions"] == {"success": True, "run": run}


@pytest.mark.usefixtures("connection")
async def test_graphql_takes_back_to_a_restored_database(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    query = "mutation { confirm_restored { success runs { dataset mode } } }"
    answer = (await data_of(client, signed_in, query))["confirm_restored"]
    assert answer == {"success": True, "runs": [{"dataset": "contacts", "mode": "full"}]}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"dataset": 5}'])
async def test_somebody_elses_connection_is_absent_whatever_the_body_is(
    client: httpx.AsyncClient, signed_in: Headers, body: bytes
) -> None:
    headers = {**signed_in, "Content-Type": "application/json"}
    for path in ("deletions/confirm", "restored/confirm"):
        answer = await client.post(f"/api/v1/connections/99/{path}", headers=headers, content=body)
        assert answer.status_code == 404
    for path in ("deletions", "restored"):
        assert (
            await client.get(f"/api/v1/connections/99/{path}", headers=headers)
        ).status_code == 404
    code, _ = await error_of(client, signed_in, "{ deletions(connection_id: 99) { gone } }")
    assert code == "no_connection"
