"""The page behind the link of an email, as a browser and a log see it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from structlog.testing import capture_logs

from odoosync.accounts import Accounts
from odoosync.accounts.confirming import begin_link, link_of
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.mail_address import mailbox_of, store_address
from odoosync.accounts.sessions import authenticate
from odoosync.accounts.tables import users
from odoosync.accounts.users import set_address
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.crypto import KeyRing
from people import NOW, actions
from queries import data_of, error_of
from served import client_of

Headers = dict[str, str]


@pytest.fixture
async def path(accounts: Accounts, anna: User, signed_in: Headers, key_ring: KeyRing) -> str:
    """The link of an email to anna."""
    caller = await authenticate(accounts, signed_in["Authorization"].partition(" ")[2])
    nonce = await begin_link(accounts, caller, "anna@example.com")
    async with accounts.database.tenant(anna.tenant_id) as tx:
        await store_address(tx, anna.id, "anna@example.com", caller, NOW)
        link = await link_of(tx, key_ring, anna.id, nonce, NOW)
    assert link is not None
    return f"/confirm-email/{link.token}"


async def test_the_page_runs_nothing_tells_nobody_and_is_kept_by_nobody(
    client: httpx.AsyncClient, path: str
) -> None:
    for answer in (
        await client.get(path),
        await client.post(path),
        await client.get(path),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script" not in policy + answer.text
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert re.search(r'<html lang="en">.*<title>[^<]+</title>.*<h1>', answer.text, re.DOTALL)
        assert path.rpartition("/")[2] not in answer.text


async def test_the_log_holds_no_token(client: httpx.AsyncClient, path: str) -> None:
    with capture_logs() as lines:
        await client.get(path)
        await client.post(path)
        await client.post(path)
    assert [line["path"] for line in lines] == ["/confirm-email/{token}"] * 3
    assert path.rpartition("/")[2] not in repr(lines)


async def test_a_confirmation_is_audited_as_from_somebody_who_did_not_sign_in(
    client: httpx.AsyncClient, path: str, accounts: Accounts, anna: User
) -> None:
    await client.get(path)
    assert "user.address_confirmed" not in await actions(accounts, anna)
    await client.post(path)
    assert (await actions(accounts, anna))[-1] == "user.address_confirmed"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("vic.tim+x@Example.com", "victim@example.com"),
        ("V@a.b", "v+@a.b"),
    ],
)
def test_many_ways_of_writing_an_address_are_one_mailbox(one: str, other: str) -> None:
    assert mailbox_of(one) == mailbox_of(other)


@pytest.fixture
async def site(services: Services, options: ApiOptions) -> AsyncIterator[httpx.AsyncClient]:
    known = replace(services, public_url="https://sync.example.com")
    async with client_of(create_api(known, options)) as opened:
        yield opened


async def test_graphql_tells_and_asks_the_same(site: httpx.AsyncClient, signed_in: Headers) -> None:
    asked = "mutation { send_email_confirmation { email } }"
    assert (await error_of(site, signed_in, asked))[0] == "nothing_to_confirm"
    change = 'mutation { change_me(email: "anna@example.com") { email_confirmed_at email_note } }'
    told = (await data_of(site, signed_in, change))["change_me"]
    assert told["email_confirmed_at"] is None
    assert "email" in told["email_note"]
    again = await data_of(site, signed_in, asked)
    assert again["send_email_confirmation"] == {"email": "anna@example.com"}


async def test_the_operators_word_confirms_an_address(
    accounts: Accounts, anna: User, client: httpx.AsyncClient, signed_in: Headers
) -> None:
    await set_address(accounts, "anna", "anna@example.com")
    assert (await client.get("/api/v1/me", headers=signed_in)).json()["email_note"] is None
    async with accounts.database.tenant(anna.tenant_id, write=False) as tx:
        assert await tx.scalar(tx.select(users, users.c.email_confirmed_at)) is not None
