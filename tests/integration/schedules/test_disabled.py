"""Schedules of a tenant whose users are all disabled stand still, and raise no alert."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from integration.schedules.planning import TENANT, plan
from odoosync.accounts.tables import users
from odoosync.db import Database
from odoosync.sync.freshness.watch import watch
from odoosync.sync.schedules.rhythm import Rhythm
from odoosync.sync.schedules.ticker import tick
from queue_world import populate

pytestmark = pytest.mark.dialect
SATURDAY: Final = datetime(2026, 10, 24, 16, tzinfo=UTC)
LATER: Final = SATURDAY + timedelta(hours=20)


@pytest.fixture
async def planned(database: Database) -> Database:
    """A dataset that is synced every five minutes, of a user who is disabled."""
    (connection,) = await populate(database, [TENANT])
    async with database.tenant(TENANT) as tx:
        values = {"username": "anna", "password_hash": "", "is_admin": False}
        dates = {"created_at": SATURDAY, "disabled_at": SATURDAY}
        await tx.insert(users, values | dates)
    await plan(database, (connection, "contacts"), Rhythm(every_s=300), SATURDAY)
    return database


async def enable(database: Database) -> None:
    async with database.tenant(TENANT) as tx:
        await tx.execute(tx.update(users).values(disabled_at=None))


async def test_what_was_missed_is_asked_for_once_the_user_is_enabled(planned: Database) -> None:
    before = await tick(planned, LATER)
    await enable(planned)
    assert (before, await tick(planned, LATER), await tick(planned, LATER)) == (0, 1, 0)


async def test_a_copy_that_may_not_be_synced_raises_no_alert(planned: Database) -> None:
    before = await watch(planned, LATER)
    await enable(planned)
    assert (before, await watch(planned, LATER)) == ((0, 0), (1, 0))
