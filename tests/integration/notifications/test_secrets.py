from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from standardwebhooks import WebhookVerificationError

from integration.notifications.telling import Telling
from odoosync.accounts.known_keys import keys_in_use
from odoosync.crypto import new_key_ring
from odoosync.db import Database
from odoosync.log import configure_logging
from odoosync.notifications.service import Change
from odoosync.notifications.tables import webhooks
from odoosync.tables import metadata
from receiver import Receiver, is_signed

PATH = "a-path-that-is-a-secret"


@pytest.fixture
def logs(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What the service logs, down to the least; undone afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging("debug", "json")
    yield capsys
    root.handlers[:] = handlers
    root.setLevel(level)


async def dump(database: Database) -> str:
    async with database.system(write=False) as tx:
        tables = [one for one in metadata.tables.values() if one.name != "change_counters"]
        return str([await tx.all(select(table)) for table in tables])


async def test_no_secret_is_in_the_database_or_the_log(
    telling: Telling, receiver: Receiver, logs: pytest.CaptureFixture[str]
) -> None:
    webhook_id, first = await telling.hook(f"{receiver.url}/{PATH}")
    _, second = await telling.service.rotate(telling.owner, webhook_id)
    for status in (500, 200):
        receiver.status = status
        await telling.happen()
        await telling.send()
    written = logs.readouterr().err
    stored = await dump(telling.database)
    assert "not_delivered" in written
    for secret in (first, second.reveal()):
        assert secret.removeprefix("whsec_") not in stored + written
    assert PATH not in written


async def test_a_secret_whose_key_is_lost_fails_the_delivery_and_says_so(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, _ = await telling.hook(receiver.url)
    telling.key_ring = new_key_ring()
    await telling.happen()
    await telling.send()
    (one,) = await telling.log(webhook_id)
    assert (one["status"], receiver.came) == ("failed", [])
    assert "ODOOSYNC_SECRET_KEYS" in one["last_error"]


async def test_keys_that_secrets_need_are_told(telling: Telling, receiver: Receiver) -> None:
    webhook_id, _ = await telling.hook(receiver.url)
    before = telling.key_ring.current
    newer = new_key_ring()
    telling.key_ring = type(newer)(newer.masters + telling.key_ring.masters)
    await telling.service.rotate(telling.owner, webhook_id)
    async with telling.database.system(write=False) as tx:
        assert await keys_in_use(tx) == {before, newer.current}


async def test_a_webhook_whose_url_was_edited_in_the_database_sends_nothing_there(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, _ = await telling.hook("http://127.0.0.1:9/elsewhere")
    async with telling.database.system() as tx:
        await tx.execute(webhooks.update().values(url=receiver.url))
    await telling.happen()
    await telling.send()
    (one,) = await telling.log(webhook_id)
    assert (one["status"], receiver.came) == ("failed", [])
    assert "changed in the database" in one["last_error"]


async def test_a_url_that_its_owner_changes_keeps_the_secrets(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, first = await telling.hook("http://127.0.0.1:9/elsewhere")
    _, second = await telling.service.rotate(telling.owner, webhook_id)
    await telling.service.change(telling.owner, webhook_id, Change(url=receiver.url))
    await telling.happen()
    await telling.send()
    (message,) = receiver.came
    for secret in (first, second.reveal()):
        assert is_signed(message, secret, telling.clock())


async def test_a_secret_that_leaked_is_replaced_at_once(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, leaked = await telling.hook(receiver.url)
    _, secret = await telling.service.rotate(telling.owner, webhook_id, overlaps=False)
    await telling.happen()
    await telling.send()
    (message,) = receiver.came
    assert is_signed(message, secret.reveal(), telling.clock())
    with pytest.raises(WebhookVerificationError):
        is_signed(message, leaked, telling.clock())


async def test_a_secret_that_is_lost_can_be_rotated(telling: Telling, receiver: Receiver) -> None:
    webhook_id, _ = await telling.hook(receiver.url)
    telling.key_ring = new_key_ring()
    await telling.service.rotate(telling.owner, webhook_id)
    await telling.happen()
    await telling.send()
    assert receiver.kinds == ["run.failed"]
