from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from integration.notifications.telling import Telling
from mail_server import MailServer, taking_mail
from odoosync.accounts import Accounts
from odoosync.accounts.users import set_address
from odoosync.connections import store as connections
from odoosync.notifications.claiming import (
    MAILS_AN_HOUR,
    PER_RECEIVER,
    claim_due,
    expire_mails,
)
from odoosync.notifications.mailing import open_mailer
from odoosync.notifications.tables import deliveries, delivery_tries


@pytest.fixture
async def mails() -> AsyncIterator[MailServer]:
    async with taking_mail() as server:
        yield server


@pytest.fixture
async def mailing(telling: Telling, accounts: Accounts, mails: MailServer) -> Telling:
    await set_address(accounts, "anna", "anna@example.com")
    telling.mailer = open_mailer(mails.url)
    return telling


async def statuses(telling: Telling) -> list[tuple[str, int]]:
    async with telling.database.tenant(telling.user.tenant_id, write=False) as tx:
        rows = await tx.all(tx.select(deliveries).order_by(deliveries.c.id))
    return [(row.status, row.tries) for row in rows]


async def test_what_waits_for_a_person_is_mailed(mailing: Telling, mails: MailServer) -> None:
    await mailing.happen("dataset.stale", completed_at="2026-01-31T10:00:00Z")
    await mailing.happen("run.failed")
    await mailing.send()
    (mail,) = mails.took
    assert (mail["To"], mail["From"]) == ("anna@example.com", "Odoosync <sync@example.com>")
    assert mail["Subject"] == ("Odoosync: contacts of “odoo_db at http localhost 8069” is stale")
    assert "The last complete sync of contacts" in mail.get_content()
    assert await statuses(mailing) == [("delivered", 1)]


@pytest.mark.parametrize(
    "kind",
    [
        "credentials.rejected",
        "deletions.held_back",
        "dataset.failing",
        "connection.failing",
        "webhook.disabled",
    ],
)
async def test_each_kind_that_is_mailed_reads_like_a_sentence(
    mailing: Telling, mails: MailServer, kind: str
) -> None:
    await mailing.happen(kind, reason="why", run={"error": "why", "held_back": 3}, name="alarm")  # type: ignore[arg-type]
    await mailing.send()
    (mail,) = mails.took
    assert "None" not in mail["Subject"]
    assert len(mail.get_content()) > 80


async def test_a_server_that_is_busy_is_asked_again_later(
    mailing: Telling, mails: MailServer
) -> None:
    mails.answers[b"MAIL"] = b"451 later"
    await mailing.happen("dataset.stale")
    await mailing.send()
    mails.answers.clear()
    mailing.clock.forward(seconds=6)
    await mailing.send()
    assert (len(mails.took), await statuses(mailing)) == (1, [("delivered", 2)])


async def test_an_address_that_does_not_exist_is_not_tried_again(
    mailing: Telling, mails: MailServer
) -> None:
    mails.answers[b"RCPT"] = b"550 nobody here"
    await mailing.happen("dataset.stale")
    await mailing.send()
    assert await statuses(mailing) == [("failed", 1)]


async def test_a_mail_server_that_is_away_is_asked_again_later(mailing: Telling) -> None:
    mailing.mailer = open_mailer("smtp://127.0.0.1:1/?from=sync@example.com&tls=off")
    await mailing.happen("dataset.stale")
    await mailing.send()
    assert await statuses(mailing) == [("pending", 1)]


async def test_a_password_never_goes_where_nothing_is_encrypted(
    mailing: Telling, mails: MailServer
) -> None:
    url = f"smtp://user:pass@127.0.0.1:{mails.port}/?from=sync@example.com"
    mailing.mailer = open_mailer(url)
    await mailing.happen("dataset.stale")
    await mailing.send()
    assert (mails.took, await statuses(mailing)) == ([], [("pending", 1)])


async def test_a_mail_waits_for_a_worker_that_knows_the_mail_server(
    mailing: Telling, mails: MailServer
) -> None:
    knowing, mailing.mailer = mailing.mailer, None
    await mailing.happen("dataset.stale")
    await mailing.send()
    mailing.mailer = knowing
    await mailing.send()
    assert (len(mails.took), await statuses(mailing)) == (1, [("delivered", 1)])


async def test_a_mail_that_waited_for_days_is_not_sent_any_more(
    mailing: Telling, mails: MailServer
) -> None:
    knowing, mailing.mailer = mailing.mailer, None
    await mailing.happen("dataset.stale")
    await mailing.send()
    mailing.clock.forward(days=3)
    mailing.mailer = knowing
    await mailing.send()
    assert (mails.took, await statuses(mailing)) == ([], [("pending", 0)])


async def test_a_mail_that_no_worker_could_send_is_ended_with_the_reason(mailing: Telling) -> None:
    mailing.mailer = None
    await mailing.happen("dataset.stale")
    await mailing.send()
    assert await expire_mails(mailing.database, mailing.clock()) == 0
    mailing.clock.forward(days=3)
    assert await expire_mails(mailing.database, mailing.clock()) == 1
    assert await statuses(mailing) == [("failed", 1)]
    async with mailing.database.tenant(mailing.user.tenant_id, write=False) as tx:
        (told,) = await tx.all(tx.select(delivery_tries))
    assert "ODOOSYNC_SMTP_URL" in told.error


async def test_what_a_worker_is_sending_is_not_ended_meanwhile(mailing: Telling) -> None:
    await mailing.happen("dataset.stale")
    mailing.mailer = None
    await mailing.send()
    (claim,) = await claim_due(mailing.database, mailing.clock(), limit=1, mail=True)
    mailing.clock.forward(days=3)
    assert await expire_mails(mailing.database, mailing.clock()) == 0
    assert claim.tenant_id == mailing.user.tenant_id


async def test_who_has_no_address_gets_no_mail(telling: Telling, mails: MailServer) -> None:
    telling.mailer = open_mailer(mails.url)
    await telling.happen("dataset.stale")
    await telling.send()
    assert await statuses(telling) == []


async def test_a_name_with_line_ends_makes_no_headers(mailing: Telling, mails: MailServer) -> None:
    async with mailing.database.tenant(mailing.user.tenant_id) as tx:
        name = "mine\r\nBcc: other@example.com"
        await connections.update(tx, mailing.connection_id, mailing.clock(), name=name)
    await mailing.happen("dataset.stale")
    await mailing.send()
    (mail,) = mails.took
    assert (mail["Bcc"], mail["Subject"]) == (
        None,
        "Odoosync: contacts of “mine Bcc other example com” is stale",
    )


async def test_a_mail_holds_a_short_quoted_name_and_no_other_text_of_a_tenant(
    mailing: Telling, mails: MailServer
) -> None:
    text = "Win\r\nBcc: x@evil.example http://evil.example/login www.evil.example " + "a" * 300
    run = {"error": text, "code": text}
    await mailing.happen("webhook.disabled", name=text, why="gone")
    await mailing.happen("dataset.failing", run=run)
    await mailing.happen("connection.failing", reason=text, code="odoo_unreachable")
    await mailing.happen("credentials.rejected", run=run)
    await mailing.send()
    assert len(mails.took) == 4
    for mail in mails.took:
        whole = f"{mail['Subject']} {mail.get_content()}"
        assert not any(bad in whole for bad in ("://", "evil.example", "@", "Bcc:", "a" * 50))
        assert mail["Bcc"] is None


@pytest.mark.dialect
async def test_a_tenant_is_mailed_so_often_an_hour(mailing: Telling, mails: MailServer) -> None:
    for _ in range(MAILS_AN_HOUR + 10):
        await mailing.happen("dataset.stale")
    for _ in range(12):
        await mailing.send()
    assert MAILS_AN_HOUR <= len(mails.took) < MAILS_AN_HOUR + PER_RECEIVER
    mailing.clock.forward(seconds=3601)
    await mailing.send()
    assert len(mails.took) > MAILS_AN_HOUR + PER_RECEIVER
