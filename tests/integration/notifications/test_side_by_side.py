"""What is damaged for one tenant is not in the way of another's events."""

from __future__ import annotations

import pytest

from copies import connect
from integration.notifications.telling import Telling
from odoosync.accounts import Accounts
from odoosync.accounts.users import create_user
from odoosync.notifications.fan_out import fan_out
from odoosync.notifications.tables import webhooks
from people import PASSWORD

pytestmark = pytest.mark.dialect


async def test_a_damaged_webhook_stops_no_other_tenants_events(
    telling: Telling, accounts: Accounts
) -> None:
    bert = await create_user(accounts, "bert", PASSWORD)
    made = await connect(telling.database, telling.key_ring, bert.tenant_id)
    other = Telling(telling.database, telling.key_ring, telling.clock, bert, made, telling.guard)
    await telling.hook("http://127.0.0.1:1/")
    hook_id, _ = await other.hook("http://127.0.0.1:1/")
    async with telling.database.tenant(telling.user.tenant_id) as tx:
        await tx.execute(tx.update(webhooks).values(kinds=7))
    await telling.happen()
    await other.happen()
    assert await fan_out(telling.database, telling.clock()) == 1
    assert len(await other.log(hook_id)) == 1
