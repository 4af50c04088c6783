"""Waiting for the end of runs: what many callers at once cost, and when a wait ends."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from copies import connect
from odoosync.accounts.cross_tenant import User
from odoosync.clock import utc_now
from odoosync.crypto import KeyRing, new_key_ring
from odoosync.db import Database
from odoosync.jobs import run_queue
from odoosync.sync import runs, waiting
from odoosync.sync.service import SyncRequest, SyncService
from odoosync.sync.waiting import RunWaits
from people import accounts, anna, clock
from waiting import PATIENCE_S, until

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


async def test_all_of_a_tenant_who_wait_cost_one_look(
    database: Database, anna: User, run_id: str
) -> None:
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        """Have the run ended while the third rest between two looks lasts."""
        rests.append(seconds)
        if len(rests) == 3:
            async with database.tenant(anna.tenant_id) as tx:
                assert await run_queue.request_cancel(tx, run_id)
        await asyncio.sleep(0)

    waits = RunWaits(database, clock=utc_now, wait_s=PATIENCE_S, sleep=rest)
    async with asyncio.timeout(PATIENCE_S):
        await asyncio.gather(*(waits.wait(anna.tenant_id, [run_id]) for _ in range(20)))
    assert len(rests) <= 4


async def test_who_has_left_is_not_waited_for(database: Database, anna: User, run_id: str) -> None:
    async def is_gone() -> bool:
        return True

    async with asyncio.timeout(PATIENCE_S / 2):
        await waits_of(database).wait(anna.tenant_id, [run_id], is_gone)


@pytest.mark.parametrize("lives", [True, False])
async def test_a_worker_that_is_silent_for_a_while_is_waited_for_if_it_is_seen_to_live(
    database: Database, anna: User, run_id: str, monkeypatch: pytest.MonkeyPatch, *, lives: bool
) -> None:
    silences: list[float] = []

    async def silent(_database: Database, within_s: float) -> list[str]:
        silences.append(within_s)
        return ["busy"] if within_s > 20 else []

    monkeypatch.setattr(waiting, "live_workers", silent)
    monkeypatch.setattr(waiting, "_WORKER_SILENCE_S", 0.0)
    waits = RunWaits(database, clock=utc_now, wait_s=PATIENCE_S, sees_worker=lambda: lives)
    wait = asyncio.create_task(waits.wait(anna.tenant_id, [run_id]))
    await until(lambda: _have(silences))
    if lives:
        async with database.tenant(anna.tenant_id) as tx:
            assert await run_queue.request_cancel(tx, run_id)
    async with asyncio.timeout(PATIENCE_S / 2):
        await wait
    assert set(silences) == ({60.0} if lives else {3.0})


async def test_a_worker_that_begins_anew_is_waited_for(
    database: Database, anna: User, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    async def in_between(_database: Database, within_s: float) -> list[str]:
        nonlocal looks
        looks += 1
        if looks == 6:
            async with database.tenant(anna.tenant_id) as tx:
                assert await run_queue.request_cancel(tx, run_id)
        return ["anew"] if looks % 2 == 0 and within_s else []

    monkeypatch.setattr(waiting, "live_workers", in_between)
    monkeypatch.setattr(waiting, "_HELD_EVERY_S", 0.0)
    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: 8.0 * looks))
    async with asyncio.timeout(PATIENCE_S):
        await waits_of(database).wait(anna.tenant_id, [run_id])
    async with database.tenant(anna.tenant_id, write=False) as tx:
        assert (await runs.get(tx, run_id)).status == "cancelled"


async def _have(silences: list[float]) -> bool:
    return bool(silences)


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
