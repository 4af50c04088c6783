from __future__ import annotations

import asyncio

import pytest

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.connections import store
from odoosync.crypto import KeyRing
from odoosync.db import Database

pytestmark = pytest.mark.dialect


async def test_a_pair_that_is_saved_many_times_at_once_is_one_connection(
    database: Database, key_ring: KeyRing, anna: User
) -> None:
    saving = [connect(database, key_ring, anna.tenant_id) for _ in range(6)]
    assert len(set(await asyncio.gather(*saving))) == 1


async def test_of_pairs_that_are_saved_at_once_one_is_active(
    database: Database, key_ring: KeyRing, anna: User
) -> None:
    names = ["first", "second"] * 4
    saving = [connect(database, key_ring, anna.tenant_id, name) for name in names]
    await asyncio.gather(*saving)
    async with database.tenant(anna.tenant_id, write=False) as tx:
        found = await store.every(tx)
    assert sorted(one.is_active for one in found) == [False, True]
