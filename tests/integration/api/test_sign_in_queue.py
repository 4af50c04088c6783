"""Many passwords at once: whoever sends them waits for themselves, and others do not."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.users import create_user
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.db import Share, open_database
from people import PASSWORD
from served import client_of
from waiting import PATIENCE_S

TOKEN = "/api/v1/auth/token"
REGISTER = "/api/v1/auth/register"
MOST_WAITING = 61
"""Of one address; the one whose password is being checked among them."""


@pytest.fixture
def app(services: Services, options: ApiOptions) -> FastAPI:
    return create_api(replace(services, registration_open=True), options)


@pytest.fixture
def held(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Hashes of the attacker's password take until this is set."""
    go_on = threading.Event()
    verify, make = accounts.passwords._verify, accounts.passwords._hash.hash

    def slow_verify(password: str, known: str | None) -> tuple[bool, str | None]:
        if password == "attack-attack":
            go_on.wait(PATIENCE_S)
        return verify(password, known)

    def slow_hash(password: str) -> str:
        if password == "attack-attack":
            go_on.wait(PATIENCE_S)
        return make(password)

    monkeypatch.setattr(accounts.passwords, "_verify", slow_verify)
    monkeypatch.setattr(accounts.passwords._hash, "hash", slow_hash)
    return go_on


def _attack(client: httpx.AsyncClient, kind: str) -> list[asyncio.Task[httpx.Response]]:
    def ask(number: int) -> asyncio.Task[httpx.Response]:
        name = "mallory" if kind == "sign-in" else f"mallory{number}"
        form = {"username": name, "password": "attack-attack"}
        sent = {"json": form} if kind == "registration" else {"data": form}
        path = REGISTER if kind == "registration" else TOKEN
        return asyncio.create_task(client.post(path, **sent))  # type: ignore[arg-type]

    return [ask(number) for number in range(100)]


@pytest.mark.parametrize("kind", ["sign-in", "many names", "registration"])
async def test_another_signs_in_while_one_sends_a_hundred_passwords(
    app: FastAPI, accounts: Accounts, anna: User, held: threading.Event, kind: str
) -> None:
    await create_user(accounts, "mallory", PASSWORD)
    async with client_of(app, "203.0.113.1") as mallory, client_of(app, "192.0.2.1") as other:
        sent = _attack(mallory, kind)
        refused, going = set(), set(sent)
        while len(going) > MOST_WAITING:
            ended, going = await asyncio.wait(going, return_when=asyncio.FIRST_COMPLETED)
            refused |= ended
        async with asyncio.timeout(PATIENCE_S / 2):
            form = {"username": anna.username, "password": PASSWORD}
            answer = await other.post(TOKEN, data=form)
        assert answer.status_code == 200
        assert not held.is_set()
        held.set()
        await asyncio.wait(going)
    told = {(one.result().status_code, one.result().json()["code"]) for one in refused}
    assert told == {(429, "too_many_sign_ins")}
    assert all(int(one.result().headers["retry-after"]) > 0 for one in refused)


async def test_wrong_guesses_at_a_name_take_nothing_of_its_owners_share(
    app: FastAPI, accounts: Accounts, anna: User, database_url: str
) -> None:
    shared = open_database(database_url, share=Share(at_once=1, patience_s=0.01))
    app.state.services = replace(app.state.services, accounts=replace(accounts, database=shared))
    async with client_of(app) as stranger, shared.tenant(anna.tenant_id, write=False):
        form = {"username": "anna", "password": "wrong-wrong"}
        assert (await stranger.post(TOKEN, data=form)).status_code == 401
        await accounts.background.drain()
    await shared.close()
