"""Waiting for the end of runs: what many callers at once cost, and when a wait ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from copies import connect
from odoosync.accounts.directory import User
from odoosync.clock import utc_now
from odoosync.crypto import KeyRing, new_key_ring
from odoosync.db import Database
from odoosync.db.watching import Watch
from odoosync.sync import runs
from odoosync.sync.service import SyncRequest, SyncService
from odoosync.sync.waiting import RunWaits
from people import accounts, anna, clock
from waiting import PATIENCE_S

__all__ = ["accounts", "anna", "clock"]


@pytest.fixture
def key_ring() -> KeyRing:
    return new_key_ring()


@pytest.fixture
async def run_id(database: Database, key_ring: KeyRing, anna: User) -> str:
    """A run that was asked for."""
    await connect(database, key_ring, anna.tenant_id)
    service = SyncService(database, clock=utc_now, wait_s=0)
    return (await service.ask(SyncRequest(anna.tenant_id, anna.id, "contacts")))[0]


def waits_of(database: Database) -> RunWaits:
    return RunWaits(database, clock=utc_now, wait_s=PATIENCE_S)


@pytest.fixture
def at_third_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Callable[[], Awaitable[None]]], list[float]]:
    """Have something done while the third rest between two looks lasts; returns the rests."""

    def prepare(work: Callable[[], Awaitable[None]]) -> list[float]:
        rests: list[float] = []

        async def rest(_watch: Watch, *, least: float, most: float) -> None:
            del least
            rests.append(most)
            if len(rests) == 3:
                await work()
            await asyncio.sleep(0)

        monkeypatch.setattr(Watch, "rest", rest)
        return rests

    return prepare


Prepare = Callable[[Callable[[], Awaitable[None]]], list[float]]


async def test_all_of_a_tenant_who_wait_cost_one_look(
    database: Database, anna: User, run_id: str, at_third_rest: Prepare
) -> None:
    async def finish() -> None:
        async with database.tenant(anna.tenant_id) as tx:
            await runs.finish(tx, run_id, "cancelled", utc_now())

    rests, waits = at_third_rest(finish), waits_of(database)
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(waits.wait(anna.tenant_id, [run_id]) for _ in range(20)))
    assert len(rests) <= 4


async def test_who_has_left_is_not_waited_for(database: Database, anna: User, run_id: str) -> None:
    async def is_gone() -> bool:
        return True

    async with asyncio.timeout(PATIENCE_S / 2):
        await waits_of(database).wait(anna.tenant_id, [run_id], is_gone)


async def test_a_look_that_fails_is_told_to_all_who_wait(
    database: Database, anna: User, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(runs, "get_many", fail)
    waits = waits_of(database)
    async with asyncio.timeout(PATIENCE_S / 2):
        ends = await asyncio.gather(
            *(waits.wait(anna.tenant_id, [run_id]) for _ in range(2)), return_exceptions=True
        )
    assert [type(end) for end in ends] == [OSError] * 2
