from __future__ import annotations

from typing import Any

import httpx
import pytest

from odoosync.accounts import Accounts
from odoosync.accounts.api_keys import Owner, create_api_key
from odoosync.accounts.cross_tenant import User
from odoosync.api.services import Services
from odoosync.db import Database
from odoosync.notifications.event_types import CHOOSABLE
from odoosync.notifications.tables import webhooks
from people import actions

Headers = dict[str, str]
HOOKS = "/api/v1/webhooks"
URL = "https://example.com/odoosync?key=1"


@pytest.fixture
async def hook(client: httpx.AsyncClient, signed_in: Headers) -> str:
    """The address of anna's webhook."""
    made = await client.post(HOOKS, headers=signed_in, json={"url": URL})
    return f"{HOOKS}/{made.json()['id']}"


async def ask_for_test(client: httpx.AsyncClient, headers: Headers, hook: str) -> dict[str, Any]:
    answer = await client.post(f"{hook}/test", headers=headers)
    assert answer.status_code == 202
    delivery: dict[str, Any] = answer.json()
    return delivery


async def test_the_secret_is_shown_once(client: httpx.AsyncClient, signed_in: Headers) -> None:
    made = await client.post(HOOKS, headers=signed_in, json={"url": URL})
    shown = await client.get(f"{HOOKS}/{made.json()['id']}", headers=signed_in)
    assert (made.status_code, made.json()["secret"][:6]) == (201, "whsec_")
    assert "secret" not in shown.json()
    assert (shown.json()["url"], shown.json()["name"]) == (URL, "example.com")
    assert (shown.json()["kinds"], shown.json()["all_kinds"]) == (list(CHOOSABLE), True)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"url": "ftp://example.com"}, "invalid_webhook_url"),
        ({"url": "https://user:pass@example.com"}, "invalid_webhook_url"),
        ({"url": "http://10.0.0.1/hook"}, "receiver_refused"),
        ({"url": "http://[::1]/hook"}, "receiver_refused"),
        ({"url": URL, "kinds": ["run.vanished"]}, "unknown_event_kind"),
        ({"url": URL, "kinds": []}, "unknown_event_kind"),
        ({"url": URL, "kinds": ["webhook.test"]}, "unknown_event_kind"),
        ({"url": URL, "colour": "red"}, "invalid_request"),
        ({}, "invalid_request"),
    ],
)
async def test_what_is_no_webhook_is_refused(
    client: httpx.AsyncClient, signed_in: Headers, form: dict[str, Any], code: str
) -> None:
    answer = await client.post(HOOKS, headers=signed_in, json=form)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_private_address_is_refused_with_the_name_of_the_setting(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    answer = await client.post(HOOKS, headers=signed_in, json={"url": "http://10.0.0.1/"})
    assert "ODOOSYNC_ALLOWED_WEBHOOK_HOSTS" in answer.json()["detail"]


async def test_a_change_leaves_what_is_not_sent(
    client: httpx.AsyncClient, signed_in: Headers, hook: str
) -> None:
    await client.patch(hook, headers=signed_in, json={"kinds": ["run.failed"]})
    answer = await client.patch(hook, headers=signed_in, json={"name": "alarm"})
    assert (answer.json()["name"], answer.json()["kinds"]) == ("alarm", ["run.failed"])
    back = await client.patch(hook, headers=signed_in, json={"kinds": None})
    assert (back.json()["all_kinds"], back.json()["url"]) == (True, URL)


async def test_a_connection_of_somebody_elses_is_absent(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    form = {"url": URL, "connection_id": 99}
    assert (await client.post(HOOKS, headers=signed_in, json=form)).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b'{"since": 5}'])
async def test_a_webhook_of_somebody_elses_is_absent_whatever_the_body_is(
    client: httpx.AsyncClient, signed_in: Headers, body: bytes
) -> None:
    headers = {**signed_in, "Content-Type": "application/json"}
    answers = [
        await client.patch(f"{HOOKS}/99", headers=headers, content=body),
        await client.post(f"{HOOKS}/99/replay", headers=headers, content=body),
        await client.post(f"{HOOKS}/99/pause", headers=headers),
        await client.get(f"{HOOKS}/99/deliveries", headers=headers),
        await client.delete(f"{HOOKS}/99", headers=headers),
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "no_webhook")}


async def test_a_key_that_may_only_read_sees_no_webhook(
    client: httpx.AsyncClient, accounts: Accounts, anna: User
) -> None:
    owner = Owner(anna.tenant_id, anna.id)
    _, key = await create_api_key(accounts, owner, "k", frozenset({"read", "sync"}), 1)
    answer = await client.get(HOOKS, headers={"X-API-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_one_that_is_paused_sends_no_test_until_it_is_resumed(
    client: httpx.AsyncClient, signed_in: Headers, hook: str
) -> None:
    await client.post(f"{hook}/pause", headers=signed_in)
    refused = await client.post(f"{hook}/test", headers=signed_in)
    await client.post(f"{hook}/resume", headers=signed_in)
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_rests")
    assert (await ask_for_test(client, signed_in, hook))["status"] == "pending"


async def test_deliveries_come_in_pages_newest_first(
    client: httpx.AsyncClient, signed_in: Headers, hook: str
) -> None:
    made = [(await ask_for_test(client, signed_in, hook))["id"] for _ in range(3)]
    address, seen = f"{hook}/deliveries", []
    page = (await client.get(address, headers=signed_in, params={"limit": 2})).json()
    seen += page["items"]
    params = {"limit": 2, "cursor": page["next_cursor"]}
    page = (await client.get(address, headers=signed_in, params=params)).json()
    seen += page["items"]
    assert [one["id"] for one in seen] == sorted(made, reverse=True)
    assert page["next_cursor"] is None
    failed = await client.get(address, headers=signed_in, params={"status": "failed"})
    assert failed.json()["items"] == []


@pytest.mark.parametrize("params", [{"status": "lost"}, {"cursor": "x"}, {"limit": 0}])
async def test_what_no_log_has_is_refused(
    client: httpx.AsyncClient, signed_in: Headers, hook: str, params: dict[str, Any]
) -> None:
    answer = await client.get(f"{hook}/deliveries", headers=signed_in, params=params)
    assert answer.status_code == 422


async def test_a_delivery_shows_what_is_sent_and_can_be_replayed(
    client: httpx.AsyncClient, signed_in: Headers, hook: str
) -> None:
    delivery = await ask_for_test(client, signed_in, hook)
    address = f"{hook}/deliveries/{delivery['id']}"
    whole = (await client.get(address, headers=signed_in)).json()
    assert (whole["content"]["type"], whole["log"]) == ("webhook.test", [])
    again = await client.post(f"{address}/replay", headers=signed_in)
    assert (again.status_code, again.json()["message_id"]) == (202, delivery["message_id"])
    absent = await client.get(f"{hook}/deliveries/99", headers=signed_in)
    assert (absent.status_code, absent.json()["code"]) == (404, "no_delivery")


async def test_a_replay_needs_a_moment(
    client: httpx.AsyncClient, signed_in: Headers, hook: str
) -> None:
    address = f"{hook}/replay"
    right = await client.post(address, headers=signed_in, json={"since": "2026-01-01"})
    wrong = await client.post(address, headers=signed_in, json={"since": "yesterday"})
    assert (right.status_code, right.json()) == (202, {"count": 0})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_filter")


async def test_no_more_than_twenty_are_kept(client: httpx.AsyncClient, signed_in: Headers) -> None:
    answers = [
        (await client.post(HOOKS, headers=signed_in, json={"url": URL})).status_code
        for _ in range(21)
    ]
    assert answers == [*[201] * 20, 409]


async def test_every_act_is_in_the_audit_trail(
    client: httpx.AsyncClient, signed_in: Headers, hook: str, accounts: Accounts, anna: User
) -> None:
    await client.patch(hook, headers=signed_in, json={"name": "alarm"})
    rotated = await client.post(f"{hook}/rotate-secret", headers=signed_in)
    await client.post(f"{hook}/replay", headers=signed_in, json={"since": "2026-01-01"})
    assert (await client.delete(hook, headers=signed_in)).status_code == 204
    assert rotated.json()["secret"].startswith("whsec_")
    kept = [kind for kind in await actions(accounts, anna) if kind.startswith("webhook.")]
    acts = ("created", "changed", "changed", "replayed", "deleted")
    assert kept == [f"webhook.{act}" for act in acts]
    trail = (await client.get("/api/v1/audit?kind=webhook", headers=signed_in)).text
    assert "key=1" not in trail
    assert "whsec_" not in trail


async def test_no_secret_is_in_the_database(
    client: httpx.AsyncClient, signed_in: Headers, hook: str, database: Database, services: Services
) -> None:
    made = await client.post(f"{hook}/rotate-secret", headers=signed_in)
    secret = made.json()["secret"]
    async with database.system(write=False) as tx:
        row = await tx.first(webhooks.select())
    assert row is not None
    assert secret[6:] not in str(row)
    assert row.sealed_secret.startswith(f"2.{services.key_ring.current}.")
