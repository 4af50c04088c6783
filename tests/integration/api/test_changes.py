"""The change feed over REST and GraphQL."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from copies import ANNA, BERT, NOW, connect, keep
from odoosync.accounts.cross_tenant import User
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.store import deletion
from odoosync.store.changes import Position
from odoosync.store.tables import records
from queries import Headers, data_of

pytestmark = pytest.mark.dialect

QUERY = """query ($after: String!) { changes(after: $after, limit: 1) {
    items { position kind connection_id dataset record { odoo_id fields } } next_after more } }"""


@pytest.fixture
async def connection(database: Database, key_ring: KeyRing, anna: User) -> int:
    """A connection of anna's with two contacts."""
    made = await connect(database, key_ring, anna.tenant_id)
    await keep(database, anna.tenant_id, made, {1: ANNA, 2: BERT})
    return made


async def changes(client: httpx.AsyncClient, headers: Headers, **params: Any) -> dict[str, Any]:
    answer = await client.get("/api/v1/changes", headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_a_reader_who_goes_on_sees_each_change_with_its_record(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection: int,
    database: Database,
    anna: User,
) -> None:
    first = await changes(client, signed_in)
    assert [item["kind"] for item in first["items"]] == ["created", "created"]
    await keep(database, anna.tenant_id, connection, {2: BERT | {"city": "Bern"}})
    async with database.tenant(anna.tenant_id) as tx:
        await deletion.mark_deleted(tx, connection, "contacts", [1], NOW)
    then = await changes(client, signed_in, after=first["next_after"])
    told = {(item["record"]["odoo_id"], item["kind"]) for item in then["items"]}
    assert told == {(2, "updated"), (1, "deleted")}
    assert then["items"][0]["record"]["city"] == "Bern"


async def test_pages_follow_each_other(
    client: httpx.AsyncClient, signed_in: Headers, connection: int
) -> None:
    first = await changes(client, signed_in, limit=1, connection_id=connection)
    second = await changes(client, signed_in, limit=1, after=first["next_after"])
    last = await changes(client, signed_in, after=second["next_after"])
    assert [page["more"] for page in (first, second, last)] == [True, False, False]
    assert (last["items"], last["next_after"]) == ([], second["next_after"])


async def test_a_quiet_reader_does_not_pass_over_the_same_changes_again(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection: int,
    database: Database,
    anna: User,
) -> None:
    async def look(after: str) -> tuple[list[int], str]:
        page = await changes(client, signed_in, dataset="products", after=after)
        return [item["record"]["odoo_id"] for item in page["items"]], page["next_after"]

    first = await look("0")
    await keep(database, anna.tenant_id, connection, {3: ANNA})
    second = await look(first[1])
    assert (first[0], second[0]) == ([], [])
    places = [Position.read(one) for one in ("0", first[1], second[1])]
    assert places == sorted(set(places))
    seen = await changes(client, signed_in, after=second[1])
    assert seen["items"] == []
    await keep(database, anna.tenant_id, connection, {1: BERT}, dataset="products")
    assert (await look(second[1]))[0] == [1]


async def test_graphql_tells_the_same(
    client: httpx.AsyncClient, signed_in: Headers, connection: int
) -> None:
    rest = await changes(client, signed_in, limit=1)
    told = (await data_of(client, signed_in, QUERY, after="0"))["changes"]
    assert told["next_after"] == rest["next_after"]
    assert told["items"][0]["record"]["fields"]["country_id"] == {"id": 43, "name": None}
    assert told["items"][0]["connection_id"] == connection


@pytest.mark.usefixtures("connection")
async def test_a_place_that_was_never_given_is_refused_with_where_to_begin(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    end = (await changes(client, signed_in))["next_after"]
    for after in ("9" * 18, "9" * 18 + "-0", f"{'9' * 18}-{'9' * 18}"):
        is_before = Position.read(after) < Position.read(end)  # of the other database's kind
        answer = await client.get(
            "/api/v1/changes", headers=signed_in, params={"after": after, "wait": 30}
        )
        told = (answer.status_code, answer.json().get("code"))
        assert told == ((200, None) if is_before else (422, "position_ahead"))
        assert is_before or (f"`after={end}`" in answer.text and "`after=0`" in answer.text)
    assert (await changes(client, signed_in, after=end))["items"] == []


async def test_a_place_whose_record_is_gone_is_still_one(
    client: httpx.AsyncClient,
    signed_in: Headers,
    connection: int,
    database: Database,
    anna: User,
) -> None:
    end = (await changes(client, signed_in))["next_after"]
    async with database.tenant(anna.tenant_id) as tx:
        await tx.execute(tx.delete(records).where(records.c.connection_id == connection))
    assert (await changes(client, signed_in, after=end))["items"] == []


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"after": "yesterday"}, 422),
        ({"dataset": "nothing"}, 404),
        ({"connection_id": 999}, 404),
        ({"limit": 0}, 422),
    ],
)
async def test_what_cannot_be_asked_for_is_refused_with_a_sentence(
    client: httpx.AsyncClient, signed_in: Headers, params: dict[str, Any], status: int
) -> None:
    answer = await client.get("/api/v1/changes", headers=signed_in, params=params)
    assert answer.status_code == status
    assert answer.json()["detail"]
