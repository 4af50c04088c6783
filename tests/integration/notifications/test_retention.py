from __future__ import annotations

from datetime import timedelta

import pytest

from integration.notifications.telling import Telling
from odoosync.sync.retention import Keep, let_go
from receiver import Receiver

pytestmark = pytest.mark.dialect


async def test_events_go_with_their_deliveries_after_their_days(
    telling: Telling, receiver: Receiver
) -> None:
    webhook_id, _ = await telling.hook(receiver.url)
    await telling.happen()
    await telling.send()
    telling.clock.forward(days=20)
    await telling.happen()
    await telling.send()
    later = telling.clock() + timedelta(days=15)
    await let_go(telling.database, Keep(90, 365, 0), later)
    assert len(await telling.log(webhook_id)) == 2
    await let_go(telling.database, Keep(90, 365, 30), later)
    (left,) = await telling.log(webhook_id)
    assert left["happened_at"] == "2026-02-20T12:00:00.123456Z"
