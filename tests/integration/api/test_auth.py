from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.users import disable_user
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from people import PASSWORD, HeldClock
from served import client_of

TOKEN = "/api/v1/auth/token"
Form = dict[str, str]


def _form(password: str = PASSWORD, username: str = "anna") -> Form:
    return {"username": username, "password": password}


async def test_the_password_form_gives_tokens(client: httpx.AsyncClient, anna: User) -> None:
    del anna
    answer = await client.post(TOKEN, data=_form())
    assert answer.status_code == 200
    assert {**answer.json(), "access_token": "", "refresh_token": ""} == {
        "access_token": "",
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": "",
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_oauth2_clients_may_send_their_other_fields(
    client: httpx.AsyncClient, anna: User
) -> None:
    del anna
    form = _form() | {"grant_type": "password", "scope": "", "client_id": "x", "client_secret": ""}
    assert (await client.post(TOKEN, data=form)).status_code == 200


async def test_a_refresh_token_gives_the_next_tokens(client: httpx.AsyncClient, anna: User) -> None:
    del anna
    first = (await client.post(TOKEN, data=_form())).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = await client.post(TOKEN, data=form)
    assert second.status_code == 200
    me = await client.get(
        "/api/v1/me", headers={"Authorization": f"Bearer {second.json()['access_token']}"}
    )
    assert me.json()["kind"] == "refresh"


async def test_a_repeated_refresh_gets_the_same_successor_until_it_is_too_late(
    client: httpx.AsyncClient, anna: User, clock: HeldClock
) -> None:
    del anna
    token = (await client.post(TOKEN, data=_form())).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    first, second = [(await client.post(TOKEN, data=form)).json() for _ in range(2)]
    assert first["refresh_token"] == second["refresh_token"]
    clock.forward(seconds=31)
    late = await client.post(TOKEN, data=form)
    assert (late.status_code, late.json()["code"]) == (401, "refresh_refused")
    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert (await client.get("/api/v1/me", headers=bearer)).json()["code"] == "session_ended"


async def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(
    client: httpx.AsyncClient, anna: User
) -> None:
    del anna
    wrong = await client.post(TOKEN, data=_form("wrong_password"))
    unknown = await client.post(TOKEN, data=_form(username="nobody"))
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert wrong.headers["www-authenticate"].startswith("Bearer")
    assert wrong.headers["content-type"] == "application/problem+json"


async def test_guessing_is_answered_with_429(client: httpx.AsyncClient, anna: User) -> None:
    del anna
    answers = [await client.post(TOKEN, data=_form("wrong_password")) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert answers[-1].headers["retry-after"] == "30"
    assert answers[-1].json()["code"] == "too_many_guesses"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "username"),
        ({"username": "anna"}, "password"),
        ({"password": "secret-word"}, "username"),
        ({"grant_type": "refresh_token"}, "refresh_token"),
        ({"grant_type": "secret-word"}, "grant_type"),
        ({"username": "anna", "password": "secret-word" * 100}, "password"),
    ],
)
async def test_a_wrong_form_is_told_the_field_and_never_the_value(
    client: httpx.AsyncClient, form: Form, field: str
) -> None:
    answer = await client.post(TOKEN, data=form)
    assert answer.status_code == 422
    assert field in answer.json()["detail"]
    assert "secret-word" not in answer.text


async def test_signing_out_ends_the_token(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    assert (await client.post("/api/v1/auth/logout", headers=signed_in)).status_code == 200
    again = await client.get("/api/v1/me", headers=signed_in)
    assert (again.status_code, again.json()["code"]) == (401, "session_ended")


async def test_registration_is_off_unless_opened(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/auth/register", json=_form())
    assert answer.status_code == 403
    assert "ODOOSYNC_REGISTRATION" in answer.json()["detail"]


async def test_open_registration_makes_a_user_once(services: Services, options: ApiOptions) -> None:
    app = create_api(replace(services, registration_open=True), options)
    async with client_of(app) as client:
        made = await client.post("/api/v1/auth/register", json=_form(username="Bert"))
        again = await client.post("/api/v1/auth/register", json=_form(username="bert"))
        grant = await client.post(TOKEN, data=_form(username="bert"))
    assert (made.status_code, made.json()["username"]) == (201, "bert")
    assert (again.status_code, again.json()["code"]) == (409, "username_taken")
    assert grant.status_code == 200


@pytest.mark.parametrize("password", ["short", "x" * 1025])
async def test_registration_refuses_bad_passwords_without_repeating_them(
    services: Services, options: ApiOptions, password: str
) -> None:
    app = create_api(replace(services, registration_open=True), options)
    async with client_of(app) as client:
        answer = await client.post("/api/v1/auth/register", json=_form(password))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["password"]
    assert f'"{password}"' not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer x.y.z"},
        {"Authorization": "Basic YW5uYTphcGlfcGFzc3dvcmQ="},
        {"Authorization": "Bearer osk_00000000_guess"},
        {"X-API-Key": "guess"},
        {"X-API-Key": "\xff"},
    ],
)
async def test_a_stranger_gets_401(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    raw = httpx.Headers(headers, encoding="latin-1")
    answer = await client.get("/api/v1/me", headers=raw)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_expires_after_an_hour(
    client: httpx.AsyncClient, signed_in: dict[str, str], clock: HeldClock
) -> None:
    clock.forward(minutes=60)
    answer = await client.get("/api/v1/me", headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")


async def test_a_disabled_user_is_out_at_the_next_request(
    client: httpx.AsyncClient, signed_in: dict[str, str], accounts: Accounts
) -> None:
    await disable_user(accounts, "anna")
    assert (await client.get("/api/v1/me", headers=signed_in)).status_code == 401
    assert (await client.post(TOKEN, data=_form())).json()["code"] == "user_disabled"


async def test_tokens_survive_a_restart(
    services: Services, options: ApiOptions, signed_in: dict[str, str]
) -> None:
    async with client_of(create_api(services, options)) as client:
        assert (await client.get("/api/v1/me", headers=signed_in)).status_code == 200
