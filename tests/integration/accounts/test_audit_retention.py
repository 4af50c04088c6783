from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DatabaseError

from odoosync.accounts import audit, audit_query
from odoosync.accounts.audit import OPERATOR
from odoosync.accounts.audit_query import forget_entries_before
from odoosync.accounts.tables import audit_trail
from odoosync.db import Database
from people import HeldClock

pytestmark = pytest.mark.dialect


async def _fill(database: Database, clock: HeldClock, days: int) -> None:
    for _ in range(days):
        async with database.system() as tx:
            await audit.record(tx, "database.saved", OPERATOR, at=clock())
        clock.forward(days=1)


async def _left(database: Database) -> int:
    async with database.system(write=False) as tx:
        return int(await tx.scalar(select(func.count()).select_from(audit_trail)))


async def test_what_is_older_than_the_horizon_goes_and_the_rest_stays(
    database: Database, clock: HeldClock
) -> None:
    await _fill(database, clock, 10)
    clock.forward(days=-4)
    assert await forget_entries_before(database, clock()) == 6
    assert await _left(database) == 4


async def test_however_many_are_old_all_of_them_go(
    database: Database, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_query, "AT_ONCE", 2)
    await _fill(database, clock, 10)
    assert await forget_entries_before(database, clock()) == 10


async def test_the_horizon_protects_what_is_younger_from_the_system_itself(
    database: Database, clock: HeldClock
) -> None:
    await _fill(database, clock, 3)
    clock.forward(days=-2)
    assert await forget_entries_before(database, clock()) == 1
    with pytest.raises(DatabaseError, match="append-only"):
        async with database.system() as tx:
            await tx.execute(delete(audit_trail))
    assert await _left(database) == 2
