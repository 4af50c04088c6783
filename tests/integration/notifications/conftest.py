from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from copies import connect
from integration.notifications.telling import LOOPBACK, Telling
from odoosync.accounts.cross_tenant import User
from odoosync.crypto import KeyRing
from odoosync.db import Database
from people import HeldClock, accounts, anna, clock, key_ring
from receiver import Receiver, receiving

__all__ = ["accounts", "anna", "clock", "key_ring", "receiver", "telling"]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
async def telling(
    database: Database, key_ring: KeyRing, clock: HeldClock, anna: User
) -> AsyncIterator[Telling]:
    connection_id = await connect(database, key_ring, anna.tenant_id)
    opened = Telling(database, key_ring, clock, anna, connection_id, LOOPBACK)
    yield opened
    await opened.close()
