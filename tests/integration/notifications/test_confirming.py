"""Mail goes only to an address that somebody confirmed by the link of an email."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from integration.notifications.telling import Telling
from mail_server import MailServer, taking_mail
from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import count_unconfirmed
from odoosync.accounts.sessions import sign_in
from odoosync.accounts.users import create_user, disable_user, set_address
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.crypto import KeyRing, new_key_ring
from odoosync.notifications.claiming import expire_mails
from odoosync.notifications.mailing import open_mailer
from odoosync.tables import metadata
from people import PASSWORD
from served import ADDRESS, app, client, client_of, options, services, signed_in

__all__ = ["app", "client", "options", "services", "signed_in"]

pytestmark = pytest.mark.dialect

ME, AGAIN = "/api/v1/me", "/api/v1/me/email/confirmation"
PUBLIC = "https://sync.example.com/odoosync"
Headers = dict[str, str]


@pytest.fixture
async def mails(telling: Telling) -> AsyncIterator[MailServer]:
    async with taking_mail() as server:
        telling.mailer = open_mailer(server.url)
        yield server


@pytest.fixture
async def site(services: Services, options: ApiOptions) -> AsyncIterator[httpx.AsyncClient]:
    """The API of a service that knows its own URL."""
    async with client_of(create_api(replace(services, public_url=PUBLIC), options)) as opened:
        yield opened


async def set_email(site: httpx.AsyncClient, headers: Headers, email: str | None) -> Any:
    return await site.patch(ME, headers=headers, json={"email": email})


def link_in(mail: EmailMessage) -> str:
    """Return where an email's link leads, as a path of this service."""
    (found,) = re.findall(r"https?://\S+", mail.get_content())
    assert found.startswith(f"{PUBLIC}/confirm-email/")
    return str(found.removeprefix(PUBLIC))


async def email(
    site: httpx.AsyncClient, headers: Headers, telling: Telling, mails: MailServer
) -> str:
    """Set an address, have the email sent, and return its link."""
    assert (await set_email(site, headers, "anna@example.com")).status_code == 200
    await telling.send()
    return link_in(mails.took[-1])


async def of_bert(accounts: Accounts, name: str = "bert") -> Headers:
    await create_user(accounts, name, PASSWORD)
    grant = await sign_in(accounts, name, PASSWORD, address=ADDRESS)
    return {"Authorization": f"Bearer {grant.access_token}"}


async def test_an_address_that_nobody_confirmed_gets_no_mail_and_its_user_sees_why(
    client: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    me = (await set_email(client, signed_in, "victim@example.com")).json()
    await telling.happen("dataset.stale")
    await telling.send()
    assert mails.took == []
    assert (me["email"], me["email_confirmed_at"]) == ("victim@example.com", None)
    assert "ODOOSYNC_PUBLIC_URL" in me["email_note"]
    assert await expire_mails(telling.database, telling.clock()) == 1
    (one,) = (await client.get(f"{ME}/mails", headers=signed_in)).json()["items"]
    assert one["status"] == "failed"
    assert "confirmed" in one["last_error"]


async def test_the_link_of_a_letter_confirms_the_address_by_a_button(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    site.headers["Host"] = "evil.example"
    path = await email(site, signed_in, telling, mails)
    asked = await site.get(path)
    assert (asked.status_code, "<button" in asked.text) == (200, True)
    assert (await site.get(ME, headers=signed_in)).json()["email_confirmed_at"] is None
    done = await site.post(path)
    assert (done.status_code, "anna@example.com" in done.text) == (200, True)
    me = (await site.get(ME, headers=signed_in)).json()
    assert (me["email_confirmed_at"] is not None, me["email_note"]) == (True, None)
    await telling.happen("dataset.stale")
    await telling.send()
    assert [mail["To"] for mail in mails.took] == ["anna@example.com"] * 2
    assert "stale" in mails.took[1]["Subject"]


async def confirms_nothing(site: httpx.AsyncClient, path: str) -> bool:
    """Tell whether a link is answered as those are that nobody ever sent."""
    made_up = [await site.get(f"/confirm-email/{one}") for one in ("x" * 43, "x", "é" * 43)]
    answers = [await site.get(path), await site.post(path), *made_up]
    assert "not valid" in made_up[0].text
    return {(one.status_code, one.text) for one in answers} == {(404, made_up[0].text)}


async def test_a_link_that_was_used_confirms_nothing(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    path = await email(site, signed_in, telling, mails)
    assert (await site.post(path)).status_code == 200
    assert await confirms_nothing(site, path)


async def test_a_link_to_an_address_that_was_changed_confirms_nothing_also_if_it_comes_back(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    path = await email(site, signed_in, telling, mails)
    for address in ("other@example.com", "anna@example.com"):
        await set_email(site, signed_in, address)
        assert await confirms_nothing(site, path)


async def test_a_link_that_is_older_than_a_day_confirms_nothing(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    path = await email(site, signed_in, telling, mails)
    telling.clock.forward(hours=23, minutes=59)
    assert (await site.get(path)).status_code == 200
    telling.clock.forward(minutes=1)
    assert await confirms_nothing(site, path)


async def test_a_link_of_a_disabled_user_confirms_nothing(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    path = await email(site, signed_in, telling, mails)
    await disable_user(site_accounts(site), "anna")
    assert await confirms_nothing(site, path)


async def of_anna(accounts: Accounts) -> Headers:
    grant = await sign_in(accounts, "anna", PASSWORD, address=ADDRESS)
    return {"Authorization": f"Bearer {grant.access_token}"}


async def test_a_link_is_used_once_however_many_follow_it_at_once(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    path = await email(site, signed_in, telling, mails)
    answers = await asyncio.gather(*(site.post(path) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200, 404, 404, 404, 404]


async def test_many_users_send_few_letters_to_one_mailbox(
    site: httpx.AsyncClient,
    signed_in: Headers,
    telling: Telling,
    mails: MailServer,
    accounts: Accounts,
) -> None:
    callers = [signed_in, *[await of_bert(accounts, f"bert{n}") for n in range(5)]]
    ways = ["vic.tim@example.com", "victim+1@example.com", "VICTIM@EXAMPLE.com"] * 2
    answers = await asyncio.gather(
        *(set_email(site, one, way) for one, way in zip(callers, ways, strict=True))
    )
    assert sorted(one.status_code for one in answers) == [200, 200, 200, 429, 429, 429]
    refused = next(one for one in answers if one.status_code == 429)
    assert refused.json()["code"] == "too_many_emails"
    assert int(refused.headers["Retry-After"]) <= 3600
    await telling.send()
    assert len(mails.took) == 3


async def test_one_user_sends_few_letters_to_many_mailboxes(
    site: httpx.AsyncClient, signed_in: Headers
) -> None:
    answers = [await set_email(site, signed_in, f"v{n}@example.com") for n in range(7)]
    assert [one.status_code for one in answers] == [200] * 5 + [429] * 2
    assert (await site.get(ME, headers=signed_in)).json()["email"] == "v4@example.com"
    assert (await set_email(site, signed_in, None)).status_code == 200


async def test_a_letter_is_asked_for_again_where_an_address_waits(
    site: httpx.AsyncClient,
    client: httpx.AsyncClient,
    signed_in: Headers,
    telling: Telling,
    mails: MailServer,
) -> None:
    nothing = await site.post(AGAIN, headers=signed_in)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_confirm")
    path = await email(site, signed_in, telling, mails)
    unknown = await client.post(AGAIN, headers=signed_in)
    assert (unknown.status_code, unknown.json()["code"]) == (409, "no_public_url")
    assert (await site.post(AGAIN, headers=signed_in)).status_code == 202
    await telling.send()
    assert link_in(mails.took[1]) != path
    assert (await site.post(path)).status_code == 200
    assert (await site.get(link_in(mails.took[1]))).status_code == 404
    assert (await site.post(AGAIN, headers=signed_in)).status_code == 409


async def test_an_address_that_is_confirmed_gets_no_letter_when_it_is_set_again(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    await set_address(site_accounts(site), "anna", "anna@example.com")
    me = (await set_email(site, signed_in, "anna@example.com")).json()
    await telling.send()
    assert (me["email_confirmed_at"] is not None, mails.took) == (True, [])


def site_accounts(site: httpx.AsyncClient) -> Accounts:
    transport: Any = site._transport
    served: FastAPI = transport.app
    accounts: Accounts = served.state.services.accounts
    return accounts


async def test_a_letter_quotes_a_short_name_and_holds_no_link_but_its_own(
    site: httpx.AsyncClient, telling: Telling, mails: MailServer, accounts: Accounts
) -> None:
    name = "www.evil.example@evil.example" + "a" * 100
    headers = await of_bert(accounts, name)
    await set_email(site, headers, "victim@example.com")
    await telling.send()
    (mail,) = mails.took
    text = mail.get_content()
    assert mail["To"] == "victim@example.com"
    assert not any(bad in text for bad in ("evil.example", "@", "a" * 41))
    assert "evil.example" not in (await site.get(link_in(mail))).text


async def test_each_try_of_a_letter_has_the_same_link_also_under_a_newer_key(
    site: httpx.AsyncClient,
    signed_in: Headers,
    telling: Telling,
    mails: MailServer,
    key_ring: KeyRing,
) -> None:
    mails.answers[b"DATA"] = b"451 later"
    first = await email(site, signed_in, telling, mails)
    mails.answers.clear()
    telling.key_ring = KeyRing((*new_key_ring("newer").masters, *key_ring.masters))
    telling.clock.forward(seconds=6)
    await telling.send()
    assert link_in(mails.took[1]) == first
    assert (await site.post(first)).status_code == 200


async def test_a_letter_whose_link_is_void_is_not_sent(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    await set_email(site, signed_in, "victim@example.com")
    await set_email(site, signed_in, "anna@example.com")
    await telling.send()
    assert [mail["To"] for mail in mails.took] == ["anna@example.com"]
    items = (await site.get(f"{ME}/mails", headers=signed_in)).json()["items"]
    assert [one["status"] for one in items] == ["delivered", "failed"]
    assert "void" in items[1]["last_error"]


async def test_a_letter_that_no_worker_could_send_ends_with_its_link(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, accounts: Accounts
) -> None:
    await set_email(site, signed_in, "anna@example.com")
    await telling.send()
    assert await expire_mails(telling.database, telling.clock()) == 0
    telling.clock.forward(hours=24)
    assert await expire_mails(telling.database, telling.clock()) == 1
    (one,) = (await site.get(f"{ME}/mails", headers=await of_anna(accounts))).json()["items"]
    assert (one["kind"], one["status"]) == ("email.unconfirmed", "failed")
    assert "ODOOSYNC_SMTP_URL" in one["last_error"]


async def test_mails_that_were_not_sent_delay_no_letter_and_no_later_mail(
    site: httpx.AsyncClient,
    client: httpx.AsyncClient,
    signed_in: Headers,
    telling: Telling,
    mails: MailServer,
) -> None:
    await set_email(client, signed_in, "anna@example.com")
    for _ in range(25):
        await telling.happen("dataset.stale")
    await telling.send()
    assert await expire_mails(telling.database, telling.clock()) == 25
    assert (await site.post(await email(site, signed_in, telling, mails))).status_code == 200
    await telling.happen("dataset.stale")
    await telling.send()
    assert len(mails.took) == 2


async def test_webhooks_hear_nothing_of_addresses_and_nothing_keeps_a_token(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    hook, _ = await telling.hook("https://example.com/hook")
    token = (await email(site, signed_in, telling, mails)).rpartition("/")[2]
    await telling.service.replay_since(telling.owner, hook, telling.clock())
    assert await telling.log(hook) == []
    async with telling.database.system(write=False) as tx:
        for table in metadata.sorted_tables:
            rows = await tx.all(select(table))
            assert token not in repr(rows), table.name


async def test_mail_for_an_address_that_was_changed_meanwhile_goes_nowhere(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling, mails: MailServer
) -> None:
    await set_address(site_accounts(site), "anna", "anna@example.com")
    mails.answers[b"MAIL"] = b"451 later"
    await telling.happen("dataset.stale")
    await telling.send()
    mails.answers.clear()
    await set_email(site, signed_in, "victim@example.com")
    telling.clock.forward(seconds=6)
    await telling.send()
    assert [mail["Subject"] for mail in mails.took] == ["Odoosync: confirm your mail address"]


async def test_the_operator_is_told_how_many_addresses_get_no_mail(
    site: httpx.AsyncClient, signed_in: Headers, telling: Telling
) -> None:
    assert await count_unconfirmed(telling.database) == 0
    await set_email(site, signed_in, "anna@example.com")
    assert await count_unconfirmed(telling.database) == 1
    await set_address(site_accounts(site), "anna", "anna@example.com")
    assert await count_unconfirmed(telling.database) == 0
