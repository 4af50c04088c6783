from __future__ import annotations

import httpx
import pytest

from odoosync.accounts.cross_tenant import User
from people import PASSWORD

KEYS = "/api/v1/api-keys"


async def test_me_says_who_calls(
    client: httpx.AsyncClient, signed_in: dict[str, str], anna: User
) -> None:
    answer = await client.get("/api/v1/me", headers=signed_in)
    assert answer.json() == {
        "id": anna.id,
        "username": "anna",
        "email": None,
        "email_confirmed_at": None,
        "email_note": None,
        "is_admin": False,
        "tenant_id": anna.tenant_id,
        "scopes": ["manage", "read", "sync"],
        "kind": "password",
        "auth_time": "2026-01-31T12:00:00.123456Z",
    }


async def test_a_new_password_ends_this_session_too(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    form = {"current_password": PASSWORD, "new_password": "another_password"}
    assert (
        await client.post("/api/v1/me/password", json=form, headers=signed_in)
    ).status_code == 200
    assert (await client.get("/api/v1/me", headers=signed_in)).status_code == 401


async def test_a_changed_password_tells_which_keys_live_on(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    made = (
        await client.post(KEYS, json={"name": "report", "scopes": ["read"]}, headers=signed_in)
    ).json()
    form = {"current_password": PASSWORD, "new_password": "another_password"}
    answer = (await client.post("/api/v1/me/password", json=form, headers=signed_in)).json()
    assert answer == {
        "message": "Password changed; sign in again",
        "api_keys_revoked": 0,
        "api_keys": [{name: value for name, value in made.items() if name != "key"}],
    }
    alive = await client.get("/api/v1/me", headers={"X-API-Key": made["key"]})
    assert alive.status_code == 200


async def test_a_changed_password_revokes_the_keys_where_that_is_asked_for(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    keys = [
        (await client.post(KEYS, json={"name": name, "scopes": ["read"]}, headers=signed_in)).json()
        for name in ("one", "two")
    ]
    form = {"current_password": PASSWORD, "new_password": "another_password"}
    asked = form | {"revoke_api_keys": True}
    answer = (await client.post("/api/v1/me/password", json=asked, headers=signed_in)).json()
    assert (answer["api_keys_revoked"], answer["api_keys"]) == (2, [])
    for key in keys:
        gone = await client.get("/api/v1/me", headers={"X-API-Key": key["key"]})
        assert gone.status_code == 401


async def test_the_wrong_current_password_is_no_401(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    form = {"current_password": "wrong_password", "new_password": "another_password"}
    answer = await client.post("/api/v1/me/password", json=form, headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")


async def test_a_key_is_shown_once_and_works_in_both_headers(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    made = await client.post(KEYS, json={"name": "n", "scopes": ["read"]}, headers=signed_in)
    assert made.status_code == 201
    plain = made.json()["key"]
    listed = await client.get(KEYS, headers=signed_in)
    assert plain not in listed.text
    assert listed.json()["items"][0]["prefix"] == plain[:12]
    for headers in ({"X-API-Key": plain}, {"Authorization": f"Bearer {plain}"}):
        assert (await client.get("/api/v1/me", headers=headers)).json()["scopes"] == ["read"]


async def test_a_key_makes_no_keys(client: httpx.AsyncClient, signed_in: dict[str, str]) -> None:
    form = {"name": "n", "scopes": ["read", "sync", "manage"]}
    plain = (await client.post(KEYS, json=form, headers=signed_in)).json()["key"]
    answer = await client.post(KEYS, json=form, headers={"X-API-Key": plain})
    assert (answer.status_code, answer.json()["code"]) == (403, "session_needed")


async def test_a_revoked_key_is_refused(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    form = {"name": "n", "scopes": ["read"]}
    made = (await client.post(KEYS, json=form, headers=signed_in)).json()
    gone = await client.delete(f"{KEYS}/{made['id']}", headers=signed_in)
    assert gone.status_code == 200
    again = await client.delete(f"{KEYS}/{made['id']}", headers=signed_in)
    assert (again.status_code, again.json()["code"]) == (404, "key_unknown")
    answer = await client.get("/api/v1/me", headers={"X-API-Key": made["key"]})
    assert answer.status_code == 401


async def test_the_mail_address_is_set_and_removed(
    client: httpx.AsyncClient, signed_in: dict[str, str]
) -> None:
    me = "/api/v1/me"
    made = await client.patch(me, headers=signed_in, json={"email": "anna@example.com"})
    assert made.json()["email"] == "anna@example.com"
    assert (await client.get(me, headers=signed_in)).json() == made.json()
    gone = await client.patch(me, headers=signed_in, json={"email": None})
    assert gone.json()["email"] is None


@pytest.mark.parametrize("email", ["anna", "anna@", "a b@example.com", "a@b.c\nBcc: x@example.com"])
async def test_what_is_no_mail_address_is_refused(
    client: httpx.AsyncClient, signed_in: dict[str, str], email: str
) -> None:
    answer = await client.patch("/api/v1/me", headers=signed_in, json={"email": email})
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_email")
