from __future__ import annotations

import asyncio

import pytest

from integration.notifications.telling import Telling
from odoosync.notifications.errors import ReceiverRefused, WebhookRests
from odoosync.notifications.http_delivery import webhook_guard
from odoosync.notifications.retry_schedule import DELAYS
from receiver import Receiver, is_signed, receiving, sent_at
from waiting import PATIENCE_S

pytestmark = pytest.mark.dialect


async def test_an_event_arrives_signed_with_what_it_tells(
    telling: Telling, receiver: Receiver
) -> None:
    _, secret = await telling.hook(receiver.url)
    await telling.happen("run.failed", run={"id": "r"})
    await telling.send()
    (message,) = receiver.came
    assert message.content == {
        "type": "run.failed",
        "timestamp": "2026-01-31T12:00:00.123456Z",
        "data": {
            "connection_id": telling.connection_id,
            "dataset": "contacts",
            "run": {"id": "r"},
        },
    }
    assert is_signed(message, secret, telling.clock())


async def test_a_receiver_that_fails_for_an_hour_gets_everything_once_it_is_back(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, secret = await telling.hook(receiver.url)
    receiver.status = 503
    for number in range(12):
        await telling.happen("run.finished", number=number)
        await telling.pass_time(1 / 12)
    failed, receiver.status = len(receiver.came), 200
    receiver.came.clear()
    await telling.pass_time(3, step_s=900)
    numbers = [message.content["data"]["number"] for message in receiver.came]
    assert (failed > 12, sorted(numbers)) == (True, list(range(12)))
    assert len({message.id for message in receiver.came}) == 12
    assert {one["status"] for one in await telling.log(webhook_id)} == {"delivered"}
    assert all(is_signed(one, secret, sent_at(one)) for one in receiver.came)
    await telling.pass_time(24, step_s=3600)
    assert len(receiver.came) == 12


async def test_every_try_has_the_same_id_and_a_signature_of_its_own_time(
    telling: Telling, receiver: Receiver
) -> None:
    _, secret = await telling.hook(receiver.url)
    receiver.status = 500
    await telling.happen()
    await telling.send()
    first = telling.clock()
    telling.clock.forward(seconds=6)
    await telling.send()
    one, other = receiver.came
    assert (one.id, one.body) == (other.id, other.body)
    assert is_signed(one, secret, first)
    assert is_signed(other, secret, telling.clock())
    assert one.headers["webhook-timestamp"] < other.headers["webhook-timestamp"]


async def test_each_webhook_that_wants_an_event_gets_one_of_its_own(
    telling: Telling, receiver: Receiver
) -> None:
    await telling.hook(f"{receiver.url}/a")
    await telling.hook(f"{receiver.url}/b", kinds=["dataset.stale"])
    await telling.hook(f"{receiver.url}/c", kinds=["run.failed", "dataset.stale"])
    await telling.happen("run.failed")
    await telling.happen("dataset.stale")
    await telling.send()
    assert sorted(receiver.kinds) == [*["dataset.stale"] * 3, *["run.failed"] * 2]
    assert len({message.id for message in receiver.came}) == 5


async def test_workers_that_race_send_each_once(telling: Telling, receiver: Receiver) -> None:
    webhook_id, _ = await telling.hook(receiver.url)
    for number in range(20):
        await telling.happen(number=number)
    racing = [telling.sender() for _ in range(4)]
    for _ in range(4):
        await asyncio.gather(*(one.dispatch_due() for one in racing))
        await asyncio.gather(*(one.settle() for one in racing))
    numbers = [message.content["data"]["number"] for message in receiver.came]
    assert sorted(numbers) == list(range(20))
    assert {one["tries"] for one in await telling.log(webhook_id)} == {1}


async def test_a_receiver_that_hangs_delays_nobody_else(
    telling: Telling, receiver: Receiver
) -> None:
    async with receiving(hangs=True) as hanging:
        await telling.hook(hanging.url)
        for _ in range(40):
            await telling.happen()
        sender = telling.sender()
        await sender.dispatch_due()
        await telling.hook(receiver.url)
        await telling.happen()
        await sender.dispatch_due()
        async with asyncio.timeout(PATIENCE_S):
            await receiver.arrived.wait()
        assert len(hanging.came) <= 4
        await sender.settle(0)


async def test_nothing_is_sent_to_a_private_address_without_the_setting(
    telling: Telling, receiver: Receiver
) -> None:
    telling.guard = webhook_guard([])
    with pytest.raises(ReceiverRefused, match="ODOOSYNC_ALLOWED_WEBHOOK_HOSTS"):
        await telling.hook(receiver.url)
    webhook_id, _ = await telling.hook(receiver.url.replace("127.0.0.1", "localhost"))
    await telling.happen()
    await telling.send()
    (one,) = await telling.log(webhook_id)
    assert receiver.came == []
    assert "ODOOSYNC_ALLOWED_WEBHOOK_HOSTS" in one["last_error"]


@pytest.mark.usefixtures("public_loopback")
async def test_redirects_are_not_followed(telling: Telling, receiver: Receiver) -> None:
    async with receiving() as other:
        receiver.status, receiver.headers = 307, {"Location": other.url}
        webhook_id, _ = await telling.hook(receiver.url)
        await telling.happen()
        await telling.send()
        assert other.came == []
    (one,) = await telling.log(webhook_id)
    assert one["last_error"] == "The receiver answered 307, a redirect, which is not followed."


@pytest.mark.usefixtures("public_loopback")
async def test_only_the_beginning_of_an_answer_is_kept(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, _ = await telling.hook(receiver.url)
    receiver.status, receiver.text = 400, "no\x00 \n\x1b[31m" + "x" * 1_000_000
    await telling.happen()
    await telling.send()
    (one,) = await telling.log(webhook_id)
    whole = await telling.service.show_delivery(telling.owner, webhook_id, one["id"])
    assert whole["log"][0]["excerpt"].startswith("no [31mxxx")
    assert len(whole["log"][0]["excerpt"]) == 500


async def test_what_fails_to_the_last_is_failed_and_can_be_sent_again(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, _ = await telling.hook(receiver.url)
    receiver.status = 500
    await telling.happen()
    await telling.send()
    for delay in DELAYS:
        telling.clock.forward(seconds=delay.total_seconds())
        await telling.send()
    (one,) = await telling.log(webhook_id, status="failed")
    assert (one["tries"], len({message.id for message in receiver.came})) == (10, 1)
    receiver.status = 200
    await telling.service.replay(telling.owner, webhook_id, one["id"])
    await telling.send()
    (again,) = await telling.log(webhook_id)
    assert (again["status"], again["tries"], receiver.came[-1].id) == (
        "delivered",
        11,
        one["message_id"],
    )


async def test_a_receiver_that_is_gone_is_called_no_more_and_the_others_are_told(
    telling: Telling, receiver: Receiver
) -> None:
    async with receiving(status=410) as gone:
        webhook_id, _ = await telling.hook(gone.url)
        await telling.hook(receiver.url)
        await telling.happen()
        await telling.send()
        await telling.happen()
        await telling.send()
        assert len(gone.came) == 1
    found = await telling.service.show(telling.owner, webhook_id)
    assert (found["disabled_why"], sorted(receiver.kinds)) == (
        "gone",
        ["run.failed", "run.failed", "webhook.disabled"],
    )
    with pytest.raises(WebhookRests):
        await telling.service.test(telling.owner, webhook_id)


async def test_a_receiver_that_fails_for_days_is_disabled_until_it_is_resumed(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, _ = await telling.hook(receiver.url)
    receiver.status, since = 500, telling.clock()
    for _ in range(6):
        await telling.happen()
        await telling.pass_time(24, step_s=6 * 3600)
    assert (await telling.service.show(telling.owner, webhook_id))["disabled_why"] == "failing"
    receiver.status = 200
    receiver.came.clear()
    await telling.service.resume(telling.owner, webhook_id)
    count = await telling.service.replay_since(telling.owner, webhook_id, since)
    await telling.send()
    assert count == len(receiver.came) == 7


async def test_what_happens_in_a_pause_is_sent_by_a_replay(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, _ = await telling.hook(receiver.url, kinds=["run.failed"])
    before = telling.clock()
    telling.clock.forward(minutes=1)
    await telling.happen("run.failed", number=1)
    await telling.send()
    await telling.service.pause(telling.owner, webhook_id)
    await telling.happen("run.failed", number=2)
    await telling.happen("dataset.stale")
    await telling.send()
    assert len(receiver.came) == 1
    await telling.service.resume(telling.owner, webhook_id)
    assert await telling.service.replay_since(telling.owner, webhook_id, before) == 1
    await telling.send()
    assert [message.content["data"]["number"] for message in receiver.came] == [1, 2]
    again = await telling.service.replay_since(telling.owner, webhook_id, before, delivered=True)
    assert again == 2


async def test_a_replay_sends_nothing_of_what_was_before_the_webhook(
    telling: Telling, receiver: Receiver
) -> None:
    before = telling.clock()
    await telling.happen("run.failed", number=1)
    await telling.send()
    telling.clock.forward(minutes=1)
    webhook_id, _ = await telling.hook(receiver.url, kinds=["run.failed"])
    await telling.service.pause(telling.owner, webhook_id)
    await telling.happen("run.failed", number=2)
    await telling.send()
    await telling.service.resume(telling.owner, webhook_id)
    assert await telling.service.replay_since(telling.owner, webhook_id, before) == 1
    await telling.send()
    assert [message.content["data"]["number"] for message in receiver.came] == [2]


async def test_after_a_rotation_both_secrets_sign_for_a_day(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, old = await telling.hook(receiver.url)
    _, new = await telling.service.rotate(telling.owner, webhook_id)
    await telling.happen()
    await telling.send()
    now = telling.clock()
    assert is_signed(receiver.came[0], old, now)
    assert is_signed(receiver.came[0], new.reveal(), now)
    telling.clock.forward(hours=25)
    await telling.happen()
    await telling.send()
    assert len(receiver.came[1].headers["webhook-signature"].split()) == 1
    assert is_signed(receiver.came[1], new.reveal(), telling.clock())


async def test_a_test_arrives_at_that_webhook_alone(telling: Telling, receiver: Receiver) -> None:
    webhook_id, _ = await telling.hook(receiver.url)
    await telling.hook(f"{receiver.url}/other")
    await telling.service.test(telling.owner, webhook_id)
    await telling.send()
    assert receiver.kinds == ["webhook.test"]


async def test_a_worker_that_dies_while_sending_loses_nothing(
    telling: Telling, receiver: Receiver
) -> None:
    await telling.hook(receiver.url)
    await telling.happen()
    receiver.hangs = True
    dying = telling.sender()
    going = asyncio.create_task(dying.dispatch_due())
    await receiver.arrived.wait()
    await dying.settle(0)
    await going
    receiver.hangs = False
    await telling.send()
    assert len(receiver.came) == 1  # the lease stands
    await telling.let_leases_end()
    await telling.send()
    assert [message.id for message in receiver.came] == [receiver.came[0].id] * 2
