from __future__ import annotations

import pytest

from integration.notifications.telling import Telling
from odoosync.db import Database
from odoosync.notifications.claiming import claim_due
from odoosync.notifications.fan_out import fan_out


@pytest.fixture
def database(loops_only: Database) -> Database:
    return loops_only


async def test_no_more_is_taken_than_was_asked_for_however_the_server_looks_it_up(
    telling: Telling,
) -> None:
    for port in (1, 2, 3, 4):
        await telling.hook(f"http://127.0.0.1:{port}/")
    await telling.happen()
    await fan_out(telling.database, telling.clock())
    assert len(await claim_due(telling.database, telling.clock(), limit=2, mail=False)) == 2
