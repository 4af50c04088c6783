from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import update

from copies import NOW, connect
from odoosync.accounts import Accounts
from odoosync.accounts.audit import OPERATOR, record
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.tables import users
from odoosync.accounts.users import create_user
from odoosync.connections.tables import connections
from odoosync.crypto import KeyRing
from people import PASSWORD, HeldClock
from queries import data_of, error_of
from served import ADDRESS

pytestmark = pytest.mark.dialect

Headers = dict[str, str]
AUDIT = "/api/v1/audit"


@pytest.fixture
async def admin(accounts: Accounts, anna: User, signed_in: Headers) -> Headers:
    async with accounts.database.system() as tx:
        await tx.execute(update(users).where(users.c.id == anna.id).values(is_admin=True))
    return signed_in


async def test_the_trail_tells_who_by_what_and_from_where(
    client: httpx.AsyncClient, signed_in: Headers, anna: User
) -> None:
    started, made = (await client.get(AUDIT, headers=signed_in)).json()["items"]
    assert (made["kind"], made["via"]) == ("user.created", "command")
    assert (started["kind"], started["via"], started["address"]) == (
        "session.started",
        "password",
        ADDRESS,
    )
    assert (started["user_id"], started["actor"]) == (anna.id, "anna")


async def test_pages_go_on_where_the_last_one_ended(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    first = (await client.get(AUDIT, headers=signed_in, params={"limit": 1})).json()
    more = {"limit": 1, "cursor": first["next_cursor"]}
    second = (await client.get(AUDIT, headers=signed_in, params=more)).json()
    told = [page["items"][0]["kind"] for page in (first, second)]
    assert (told, second["next_cursor"]) == (["session.started", "user.created"], None)


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ({"kind": "session"}, ["session.started"]),
        ({"kind": "user.created"}, ["user.created"]),
        ({"until": "2026-01-31"}, []),
        ({"since": "2026-01-31T12:00:00Z"}, ["session.started", "user.created"]),
        ({"since": "2026-02-01"}, []),
    ],
)
async def test_entries_are_chosen_by_kind_connection_and_span(
    client: httpx.AsyncClient, signed_in: Headers, asked: dict[str, str], kinds: list[str]
) -> None:
    items = (await client.get(AUDIT, headers=signed_in, params=asked)).json()["items"]
    assert [item["kind"] for item in items] == kinds


async def test_a_connection_that_never_was_has_no_entries_to_list(
    client: httpx.AsyncClient, admin: Headers
) -> None:
    for asked in ({"connection_id": 999}, {"connection_id": 999, "all": True}):
        answer = await client.get(AUDIT, headers=admin, params=asked)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_connection")
    code, _ = await error_of(client, admin, "{ audit(connection_id: 999) { next_cursor } }")
    assert code == "no_connection"


async def test_what_somebody_else_did_with_a_connection_is_not_there(
    client: httpx.AsyncClient, signed_in: Headers, accounts: Accounts, key_ring: KeyRing
) -> None:
    bert = await create_user(accounts, "bert", PASSWORD)
    theirs = await connect(accounts.database, key_ring, bert.tenant_id)
    answer = await client.get(AUDIT, headers=signed_in, params={"connection_id": theirs})
    assert (answer.status_code, answer.json()["code"]) == (404, "no_connection")


async def test_entries_of_a_removed_connection_are_kept(
    client: httpx.AsyncClient, signed_in: Headers, accounts: Accounts, key_ring: KeyRing, anna: User
) -> None:
    made = await connect(accounts.database, key_ring, anna.tenant_id)
    span: dict[str, Any] = {"connection_id": made, "since": "2100-01-01"}
    assert (await client.get(AUDIT, headers=signed_in, params=span)).json()["items"] == []
    async with accounts.database.tenant(anna.tenant_id) as tx:
        await record(tx, "connection.deleted", OPERATOR, at=NOW, connection_id=made)
        await tx.execute(tx.delete(connections).where(connections.c.id == made))
    answer = await client.get(AUDIT, headers=signed_in, params={"connection_id": made})
    assert [item["kind"] for item in answer.json()["items"]] == ["connection.deleted"]
    assert (await client.get(AUDIT, headers=signed_in, params=span)).json()["items"] == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"kind": "sessions"}, "unknown_kind"),
        ({"cursor": "bm90aGluZw=="}, "bad_cursor"),
        ({"since": "yesterday"}, "bad_filter"),
        ({"until": "0001-01-01T00:00:00+14:00"}, "bad_filter"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    client: httpx.AsyncClient, signed_in: Headers, asked: dict[str, str], code: str
) -> None:
    answer = await client.get(AUDIT, headers=signed_in, params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_user_sees_nothing_of_others(
    client: httpx.AsyncClient, signed_in: Headers, accounts: Accounts
) -> None:
    await create_user(accounts, "bert", PASSWORD)
    items = (await client.get(AUDIT, headers=signed_in)).json()["items"]
    assert {item["tenant_id"] for item in items} == {items[0]["tenant_id"]}
    answer = await client.get(AUDIT, headers=signed_in, params={"all": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "admin_needed")


async def test_an_administrator_sees_everybody_and_refused_strangers(
    client: httpx.AsyncClient, admin: Headers, accounts: Accounts
) -> None:
    bert = await create_user(accounts, "bert", PASSWORD)
    await client.post("/api/v1/auth/token", data={"username": "ghost", "password": "x" * 9})
    await accounts.background.drain()
    items = (await client.get(AUDIT, headers=admin, params={"all": True})).json()["items"]
    told = [(item["tenant_id"], item["kind"]) for item in items[:2]]
    assert told == [(None, "session.refused"), (bert.tenant_id, "user.created")]


async def test_a_key_that_only_reads_data_does_not_read_the_trail(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    form = {"name": "report", "scopes": ["read"]}
    made = (await client.post("/api/v1/api-keys", json=form, headers=signed_in)).json()
    answer = await client.get(AUDIT, headers={"X-API-Key": made["key"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_an_entry_names_the_api_key_and_never_holds_it(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    form = {"name": "operator", "scopes": ["manage"]}
    made = (await client.post("/api/v1/api-keys", json=form, headers=signed_in)).json()
    answer = await client.get(AUDIT, headers={"X-API-Key": made["key"]})
    assert answer.json()["items"][0]["detail"]["id"] == made["id"]
    assert made["key"] not in answer.text


async def test_graphql_tells_the_same(
    client: httpx.AsyncClient, signed_in: Headers, clock: HeldClock
) -> None:
    del clock
    query = '{ audit(kind: "session", limit: 5) { items { id at kind actor via address detail } } }'
    (item,) = (await data_of(client, signed_in, query))["audit"]["items"]
    rest = (await client.get(AUDIT, headers=signed_in, params={"kind": "session"})).json()
    assert item == {name: rest["items"][0][name] for name in item}
    assert (await error_of(client, signed_in, "{ audit(all: true) { next_cursor } }"))[0] == (
        "admin_needed"
    )
