"""Nothing is posted or mailed for users who are disabled; it is once they are enabled again."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from integration.notifications.telling import Telling
from mail_server import MailServer, taking_mail
from odoosync.accounts import Accounts
from odoosync.accounts.users import disable_user, enable_user, set_address
from odoosync.notifications.claiming import claim_due
from odoosync.notifications.http_delivery import WebhookClient
from odoosync.notifications.mailing import open_mailer
from odoosync.notifications.sender import DeliveryContext, attempt
from receiver import Receiver

pytestmark = pytest.mark.dialect


@pytest.fixture
async def mails() -> AsyncIterator[MailServer]:
    async with taking_mail() as server:
        yield server


async def test_webhooks_wait_for_the_user(
    telling: Telling, accounts: Accounts, receiver: Receiver
) -> None:
    await telling.hook(receiver.url)
    await telling.happen()
    await disable_user(accounts, "anna")
    await telling.send()
    before = len(receiver.kinds)
    await enable_user(accounts, "anna")
    await telling.send()
    assert (before, receiver.kinds) == (0, ["run.failed"])


async def test_a_try_that_failed_is_not_made_again(
    telling: Telling, accounts: Accounts, receiver: Receiver
) -> None:
    receiver.status = 500
    await telling.hook(receiver.url)
    await telling.happen()
    await telling.send()
    await disable_user(accounts, "anna")
    await telling.pass_time(1)
    assert len(receiver.kinds) == 1


async def test_what_was_claimed_a_moment_before_is_not_sent(
    telling: Telling, accounts: Accounts, receiver: Receiver
) -> None:
    await telling.hook(receiver.url)
    await telling.happen()
    await disable_user(accounts, "anna")
    await telling.send()  # makes the delivery
    await enable_user(accounts, "anna")
    (claim,) = await claim_due(telling.database, telling.clock(), limit=1, mail=False)
    await disable_user(accounts, "anna")
    client = WebhookClient(telling.guard)
    await attempt(
        DeliveryContext(telling.database, telling.key_ring, client, clock=telling.clock), claim
    )
    await client.close()
    assert receiver.kinds == []


async def test_mails_wait_for_the_user(
    telling: Telling, accounts: Accounts, mails: MailServer
) -> None:
    await set_address(accounts, "anna", "anna@example.com")
    await telling.happen("dataset.stale")
    await telling.send()  # makes the delivery; no worker has a mail server yet
    await disable_user(accounts, "anna")
    telling.mailer = open_mailer(mails.url)
    await telling.send()
    before = len(mails.took)
    await enable_user(accounts, "anna")
    await telling.send()
    assert (before, len(mails.took)) == (0, 1)
