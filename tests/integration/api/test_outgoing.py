"""What waits to be sent and what failed: as metrics, and mails in a log of their own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from copies import connect
from integration.api.test_metrics import read
from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.sessions import sign_in
from odoosync.accounts.users import create_user, set_address
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.notifications.fan_out import fan_out
from odoosync.notifications.tables import deliveries
from odoosync.sync import events
from people import NOW, PASSWORD, HeldClock
from queries import data_of, error_of
from served import ADDRESS

pytestmark = pytest.mark.dialect

Headers = dict[str, str]
MAILS = "/api/v1/me/mails"
WAYS = ("webhook", "mail")


@pytest.fixture
async def untold(
    client: httpx.AsyncClient,
    signed_in: Headers,
    database: Database,
    key_ring: KeyRing,
    accounts: Accounts,
    anna: User,
) -> None:
    """Anna has a webhook and a mail address, and two events happen that both are to be told of."""
    await set_address(accounts, "anna", "anna@example.com")
    form = {"url": "https://example.com/odoosync"}
    await client.post("/api/v1/webhooks", headers=signed_in, json=form)
    made = await connect(database, key_ring, anna.tenant_id)
    async with database.tenant(anna.tenant_id) as tx:
        for dataset in ("contacts", "products"):
            await events.record(tx, "dataset.stale", made, dataset, {}, at=NOW)


@pytest.fixture
async def told(untold: None, database: Database) -> None:
    """A worker has made deliveries of them: two for the webhook, two for the address."""
    del untold
    assert await fan_out(database, NOW) == 2


async def fail_mails(database: Database, anna: User) -> None:
    """Give up all mails, as after the last try."""
    async with database.tenant(anna.tenant_id) as tx:
        mine = tx.update(deliveries).where(deliveries.c.user_id == anna.id)
        await tx.execute(mine.values(status="failed", next_try_at=None))


async def backlog(app: FastAPI) -> dict[str, tuple[float, ...]]:
    seen = await read(app)
    names = ("deliveries_waiting", "delivery_age_seconds_max", "deliveries_failed")
    return {way: tuple(seen[f"odoosync_{name}", way] for name in names) for way in WAYS}


async def test_where_nothing_happens_nothing_waits(app: FastAPI) -> None:
    assert await backlog(app) == dict.fromkeys(WAYS, (0, 0, 0))
    assert (await read(app))["odoosync_events_untold", ""] == 0


@pytest.mark.usefixtures("untold")
async def test_metrics_tell_of_events_that_no_worker_has_taken(app: FastAPI) -> None:
    assert (await read(app))["odoosync_events_untold", ""] == 2


@pytest.mark.usefixtures("told")
async def test_metrics_tell_how_many_wait_and_since_when(app: FastAPI, clock: HeldClock) -> None:
    clock.forward(minutes=10)
    for waiting, oldest, failed in (await backlog(app)).values():
        assert (waiting, failed) == (2, 0)
        assert oldest == pytest.approx(600, abs=0.01)
    assert (await read(app))["odoosync_events_untold", ""] == 0


@pytest.mark.usefixtures("told")
async def test_what_failed_for_good_waits_no_more(
    app: FastAPI, database: Database, anna: User
) -> None:
    await fail_mails(database, anna)
    found = await backlog(app)
    assert (found["mail"], found["webhook"][::2]) == ((0, 0, 2), (2, 0))


async def page(client: httpx.AsyncClient, headers: Headers, **params: Any) -> Any:
    answer = await client.get(MAILS, headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.usefixtures("told")
async def test_mails_are_listed_newest_first_without_what_webhooks_are_sent(
    client: httpx.AsyncClient, signed_in: Headers
) -> None:
    first = await page(client, signed_in, limit=1)
    second = await page(client, signed_in, limit=1, cursor=first["next_cursor"])
    items = [*first["items"], *second["items"]]
    assert [(one["dataset"], one["status"]) for one in items] == [
        ("products", "pending"),
        ("contacts", "pending"),
    ]
    assert (second["next_cursor"], "webhook_id" in items[0]) == (None, False)


@pytest.mark.usefixtures("told")
async def test_mails_are_chosen_by_their_state(
    client: httpx.AsyncClient, signed_in: Headers, database: Database, anna: User
) -> None:
    await fail_mails(database, anna)
    numbers = [
        len((await page(client, signed_in, status=one))["items"]) for one in ("failed", "pending")
    ]
    assert numbers == [2, 0]


@pytest.mark.usefixtures("told")
async def test_a_user_sees_no_mails_of_others(
    client: httpx.AsyncClient, accounts: Accounts
) -> None:
    await create_user(accounts, "bert", PASSWORD)
    grant = await sign_in(accounts, "bert", PASSWORD, address=ADDRESS)
    headers = {"Authorization": f"Bearer {grant.access_token}"}
    assert (await page(client, headers))["items"] == []


@pytest.mark.usefixtures("told")
async def test_graphql_tells_the_same(client: httpx.AsyncClient, signed_in: Headers) -> None:
    names = "id message_id kind connection_id dataset status happened_at next_try_at delivered_at"
    query = (
        f"{{ mail_deliveries {{ next_cursor items {{ {names} tries last_error last_status }} }} }}"
    )
    told = (await data_of(client, signed_in, query))["mail_deliveries"]
    assert told == await page(client, signed_in)
    wrong = '{ mail_deliveries(status: "lost") { next_cursor } }'
    assert (await error_of(client, signed_in, wrong))[0] == "bad_filter"
