from __future__ import annotations

import httpx

from queries import data_of, error_of

Headers = dict[str, str]
CREATE = (
    'mutation { create_webhook(url: "https://example.com/h", kinds: ["run.failed"]) '
    "{ id kinds secret } }"
)


async def made(client: httpx.AsyncClient, headers: Headers) -> int:
    found = (await data_of(client, headers, CREATE))["create_webhook"]
    assert (found["kinds"], found["secret"][:6]) == (["run.failed"], "whsec_")
    return int(found["id"])


async def test_a_webhook_is_made_changed_and_deleted(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    number = await made(client, signed_in)
    change = f'mutation {{ change_webhook(id: {number}, name: "alarm") {{ name kinds secret }} }}'
    changed = (await data_of(client, signed_in, change))["change_webhook"]
    assert changed == {"name": "alarm", "kinds": ["run.failed"], "secret": None}
    every = f"mutation {{ change_webhook(id: {number}, kinds: null) {{ all_kinds }} }}"
    assert (await data_of(client, signed_in, every))["change_webhook"] == {"all_kinds": True}
    rotate = f"mutation {{ rotate_webhook_secret(id: {number}) {{ secret }} }}"
    secret = (await data_of(client, signed_in, rotate))["rotate_webhook_secret"]["secret"]
    assert secret.startswith("whsec_")
    delete = f"mutation {{ delete_webhook(id: {number}) {{ id }} }}"
    assert (await data_of(client, signed_in, delete))["delete_webhook"] == []


async def test_one_is_paused_and_resumed(client: httpx.AsyncClient, signed_in: Headers) -> None:
    number = await made(client, signed_in)
    for act, rests in (("pause", True), ("resume", False)):
        query = f"mutation {{ {act}_webhook(id: {number}) {{ paused_at }} }}"
        found = (await data_of(client, signed_in, query))[f"{act}_webhook"]
        assert (found["paused_at"] is not None) == rests


async def test_deliveries_are_listed_and_replayed(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    number = await made(client, signed_in)
    await data_of(client, signed_in, f"mutation {{ test_webhook(id: {number}) {{ id }} }}")
    query = f"{{ webhook_deliveries(webhook_id: {number}) {{ items {{ id kind status }} }} }}"
    (one,) = (await data_of(client, signed_in, query))["webhook_deliveries"]["items"]
    assert (one["kind"], one["status"]) == ("webhook.test", "pending")
    which = f"webhook_id: {number}, id: {one['id']}"
    shown = f"{{ webhook_delivery({which}) {{ content log }} }}"
    assert (await data_of(client, signed_in, shown))["webhook_delivery"]["log"] == []
    again = f"mutation {{ replay_delivery({which}) {{ tries }} }}"
    assert (await data_of(client, signed_in, again))["replay_delivery"] == {"tries": 0}
    since = f'mutation {{ replay_webhook(id: {number}, since: "2026-01-01") }}'
    assert (await data_of(client, signed_in, since))["replay_webhook"] == 0


async def test_the_mail_address_is_set_and_shown(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    change = 'mutation { change_me(email: "anna@example.com") { email } }'
    assert (await data_of(client, signed_in, change))["change_me"] == {"email": "anna@example.com"}
    assert (await data_of(client, signed_in, "{ me { email } }"))["me"] == {
        "email": "anna@example.com"
    }


async def test_what_is_left_out_of_a_change_stays(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    await data_of(client, signed_in, 'mutation { change_me(email: "anna@example.com") { email } }')
    kept = await data_of(client, signed_in, "mutation { change_me { email } }")
    assert kept["change_me"] == {"email": "anna@example.com"}


REFUSED = {
    'create_webhook(url: "https://example.com", name: "LONG") { id }': "name",
    'create_webhook(url: "https://example.com/LONG") { id }': "url",
    'create_webhook(url: "https://example.com", name: "a\\u0000b") { id }': "\\u0000",
    'change_webhook(id: %d, name: "LONG") { id }': "name",
    'change_webhook(id: %d, name: "\\u{0}") { id }': "\\u0000",
}


async def test_what_rest_refuses_is_refused_here(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    number = await made(client, signed_in)
    for call, says in REFUSED.items():
        asked = call.replace("%d", str(number)).replace("LONG", "x" * 2000)
        _, message = await error_of(client, signed_in, f"mutation {{ {asked} }}")
        assert says in message
