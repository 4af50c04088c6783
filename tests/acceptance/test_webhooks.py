"""A webhook is told of real runs by the real worker."""

from __future__ import annotations

from elsewhere import elsewhere
from receiver import Receiver, is_signed, receiving, sent_at
from service import Caller
from waiting import wait_until


def arrived(receiver: Receiver) -> set[str]:
    """Return the runs of which a message was accepted."""
    return {one.content["data"]["run"]["id"] for one in receiver.came if one.answered == 200}


def test_every_run_is_told_to_a_receiver_that_fails_at_first(
    connected: Caller,
) -> None:
    with elsewhere(receiving) as receiver:
        receiver.status = 500
        made = connected.post("/api/v1/webhooks", {"url": receiver.url, "kinds": ["run.finished"]})
        log = f"/api/v1/webhooks/{made['id']}/deliveries"
        runs = {connected.post("/api/v1/contacts/sync", {})["run"]["id"] for _ in range(2)}
        wait_until(lambda: len(receiver.came) >= len(runs))
        receiver.status = 200
        for one in connected.get(log)["items"]:
            connected.post(f"{log}/{one['id']}/replay")
        wait_until(lambda: arrived(receiver) == runs)
        log_ids = {one["message_id"] for one in connected.get(log)["items"]}
        assert {one.id for one in receiver.came} == log_ids
        assert all(is_signed(one, made["secret"], sent_at(one)) for one in receiver.came)
