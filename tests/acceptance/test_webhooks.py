"""A webhook is told of real runs by the real worker."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from receiver import Receiver, is_signed, receiving, sent_at
from service import Caller
from waiting import PATIENCE_S, wait_until


@contextmanager
def receiving_elsewhere() -> Iterator[Receiver]:
    """A receiver in a thread of its own, for callers that block."""
    ready, found = threading.Event(), list[Receiver]()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with receiving() as receiver:
            found.append(receiver)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(PATIENCE_S)
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


def arrived(receiver: Receiver) -> set[str]:
    """Return the runs of which a message was accepted."""
    return {one.content["data"]["run"]["id"] for one in receiver.came if one.answered == 200}


def test_every_run_is_told_to_a_receiver_that_fails_at_first(
    connected: Caller,
) -> None:
    with receiving_elsewhere() as receiver:
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
