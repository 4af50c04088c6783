"""A server that answers 429 under way is asked slowly from then on, after a restart, too."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import cast

import pytest

from integration.sync.copying import KEY, Copy
from integration.sync.direct import DirectOdoo
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.odoo.limiter import Pace
from odoosync.odoo.messages import Answer, Request
from odoosync.odoo.transport import Transport
from odoosync.sync.deletion_guard import Guard
from odoosync.sync.engine import open_odoo as opening
from odoosync.sync.engine.open_odoo import Equipment, open_odoo


@dataclass
class Limited:
    """Answers 429 once, from the `at`-th call on; knows how many calls were under way at most."""

    odoo: DirectOdoo
    at: int = 0
    calls: int = 0
    under_way: int = 0
    most: int = 0

    async def handle(self, request: Request) -> Answer:
        self.calls += 1
        if self.calls == self.at:
            return Answer(429, {"retry-after": "0"}, b"", None)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        return await self.odoo.handle(request)


async def stored(copy: Copy) -> Connection:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        return await connections.get(tx, copy.connection_id)


@pytest.mark.parametrize("at", [1, 3, 5])
async def test_a_sync_remembers_that_its_server_limits_calls(copy: Copy, at: int) -> None:
    odoo = copy.odoo
    assert (await stored(copy)).rate_limited_since is None
    copy.odoo = cast("DirectOdoo", Limited(odoo, at))
    result = await copy.run(run_id := await copy.ask("contacts"))
    await copy.attempt(await copy.take())
    result = await copy.run(run_id)
    assert result.status == "succeeded"
    assert (await stored(copy)).rate_limited_since == copy.clock()


async def test_what_is_remembered_goes_one_call_at_a_time(
    copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "RATE_LIMITED", Pace(0.001, 1))
    async with copy.database.tenant(copy.tenant_id) as tx:
        await connections.note_rate_limit(tx, copy.connection_id, copy.clock())
    limited = Limited(copy.odoo)
    tools = Equipment(
        database=copy.database,
        transport=cast("Transport", limited),
        key_ring=copy.key_ring,
        clock=copy.clock,
        deletion_guard=Guard(),
    )
    client = await open_odoo(tools, await stored(copy), KEY)
    await asyncio.gather(*(client.search_count("res.partner", []) for _ in range(4)))
    assert limited.most == 1
