from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from odoosync.addresses.guard import AddressGuard
from odoosync.odoo.transport import SETTING, Transport, TransportLimits

LIMITS = TransportLimits(max_bytes=1_000_000, per_origin=2)
IMPATIENT = TransportLimits(connect=0.5, read=0.3, total=0.6)
LOOPBACK = AddressGuard.of(SETTING, ["127.0.0.1:*"])


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    """One that may call loopback."""
    made = Transport(LIMITS, LOOPBACK)
    yield made
    await made.close()


@pytest.fixture
async def impatient() -> AsyncIterator[Transport]:
    """One that may call loopback and waits for nothing."""
    made = Transport(IMPATIENT, LOOPBACK)
    yield made
    await made.close()
