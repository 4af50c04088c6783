"""What all tenants together send to one receiving host."""

from __future__ import annotations

from datetime import timedelta

import pytest

from copies import connect
from integration.notifications.telling import Telling
from odoosync.accounts import Accounts
from odoosync.accounts.users import create_user
from odoosync.notifications.claiming import (
    HOST_WINDOW,
    PER_HOST,
    PER_HOST_WINDOW,
    PER_TENANT,
    Claim,
    claim_due,
)
from odoosync.notifications.errors import ReplayedAlready
from odoosync.notifications.fan_out import fan_out
from odoosync.notifications.tables import deliveries, delivery_tries
from people import PASSWORD
from receiver import Receiver

pytestmark = pytest.mark.dialect


@pytest.fixture
async def tenants(telling: Telling, accounts: Accounts) -> list[Telling]:
    made = [telling]
    for name in ("bert", "carl"):
        user = await create_user(accounts, name, PASSWORD)
        connection_id = await connect(telling.database, telling.key_ring, user.tenant_id)
        values = (telling.database, telling.key_ring, telling.clock, user, connection_id)
        made.append(Telling(*values, telling.guard))
    return made


async def claims_of(telling: Telling, tenants: list[Telling], *urls: str) -> list[Claim]:
    for one in tenants:
        for url in urls:
            await one.hook(url)
        await one.happen()
    await fan_out(telling.database, telling.clock())
    return await claim_due(telling.database, telling.clock(), limit=64, mail=False)


async def test_a_host_gets_few_at_once_of_whatever_tenants(
    telling: Telling, tenants: list[Telling]
) -> None:
    urls = [f"https://example.com/{number}" for number in range(5)]
    assert len(await claims_of(telling, tenants, *urls)) == PER_HOST


async def test_another_host_is_not_kept_waiting(telling: Telling, tenants: list[Telling]) -> None:
    urls = [f"https://example.com/{number}" for number in range(5)]
    claims = await claims_of(telling, tenants, *urls, "https://other.example/")
    assert len(claims) == PER_HOST + len(tenants)
    most = max([one.tenant_id for one in claims].count(tenant.user.tenant_id) for tenant in tenants)
    assert most <= PER_TENANT


async def test_a_host_gets_so_many_in_a_while(telling: Telling, tenants: list[Telling]) -> None:
    (claim, *_) = await claims_of(telling, tenants[:1], "https://example.com/")
    now = telling.clock()
    row = {"delivery_id": claim.delivery_id, "at": now, "took_ms": 1, "status": 200}
    async with telling.database.tenant(claim.tenant_id) as tx:
        for _ in range(PER_HOST_WINDOW):
            await tx.insert(delivery_tries, row)
        await tx.execute(tx.update(deliveries).values(lease_until=0.0))
    later = now + HOST_WINDOW
    assert (
        await claim_due(telling.database, later - timedelta(seconds=1), limit=9, mail=False) == []
    )
    assert len(await claim_due(telling.database, later, limit=9, mail=False)) == 1


async def test_what_arrived_is_sent_again_once_an_hour(
    telling: Telling, receiver: Receiver
) -> None:
    hook_id, _ = await telling.hook(receiver.url)
    await telling.happen()
    await telling.send()
    (one,) = await telling.log(hook_id)
    service, owner, begun = telling.service, telling.owner, telling.clock()
    await service.replay(owner, hook_id, one["id"])
    await telling.send()
    with pytest.raises(ReplayedAlready, match="once an hour"):
        await service.replay(owner, hook_id, one["id"])
    with pytest.raises(ReplayedAlready):
        await service.replay_since(owner, hook_id, begun, delivered=True)
    assert await service.replay_since(owner, hook_id, begun) == 0
    telling.clock.forward(seconds=3600)
    await service.replay(owner, hook_id, one["id"])
