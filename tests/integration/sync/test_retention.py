from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from integration.sync.copying import Copy
from integration.sync.direct import HandClock
from odoosync.accounts.audit_query import AuditFilter, newest
from odoosync.accounts.tables import audit_trail
from odoosync.sync import retention, runs
from odoosync.sync.retention import Keep, forget_runs_before, let_go
from odoosync.sync.runs import RunFilter, Status
from odoosync.sync.schedule_tables import alerts

MONTH = timedelta(days=30)


async def _run(copy: Copy, clock: HandClock, status: Status, dataset: str = "contacts") -> str:
    """Ask for a run that ends at once, an hour after the one before."""
    clock.advance(3600)
    run_id = await copy.ask(dataset)
    claim = await copy.take()
    async with copy.database.tenant(copy.tenant_id) as tx:
        await runs.finish(tx, claim, status, clock())
    return run_id


async def _left(copy: Copy) -> set[str]:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        return {run.id for run in await runs.newest(tx, RunFilter(), limit=100)}


async def test_the_last_complete_run_of_each_dataset_stays_however_old(
    copy: Copy, clock: HandClock
) -> None:
    await _run(copy, clock, "succeeded")
    kept = {await _run(copy, clock, "succeeded"), await _run(copy, clock, "succeeded", "products")}
    await _run(copy, clock, "failed")
    assert await forget_runs_before(copy.database, clock() + MONTH) == 2
    assert await _left(copy) == kept


async def test_what_is_young_or_goes_on_stays(copy: Copy, clock: HandClock) -> None:
    await _run(copy, clock, "failed")
    horizon = clock() + timedelta(minutes=1)
    kept = {await _run(copy, clock, "failed"), await copy.ask("contacts")}
    assert await forget_runs_before(copy.database, horizon) == 1
    assert await _left(copy) == kept


async def test_a_round_goes_on_until_nothing_old_is_left(
    copy: Copy, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(5):
        await _run(copy, clock, "cancelled")
    assert await forget_runs_before(copy.database, clock() + MONTH) == 5


async def test_processes_at_it_at_once_delete_nothing_twice(
    copy: Copy, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    for _ in range(5):
        await _run(copy, clock, "cancelled")
    horizon = clock() + MONTH
    gone = await asyncio.gather(*(forget_runs_before(copy.database, horizon) for _ in range(3)))
    assert (sum(gone), await _left(copy)) == (5, set())


async def test_an_alert_goes_when_it_has_been_over_for_as_long_and_an_open_one_stays(
    copy: Copy, clock: HandClock
) -> None:
    alert = {"connection_id": copy.connection_id, "kind": "stale", "opened_at": clock()}
    async with copy.database.tenant(copy.tenant_id) as tx:
        await tx.insert(alerts, alert | {"dataset": "products", "closed_at": clock()})
        await tx.insert(alerts, alert | {"dataset": "contacts", "closed_at": None})
    await let_go(copy.database, Keep(history_days=29, audit_days=0), clock() + MONTH)
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        assert [one.dataset for one in await tx.all(tx.select(alerts))] == ["contacts"]


@pytest.mark.parametrize(("days", "left"), [(0, 1), (29, 0), (31, 1)])
async def test_histories_are_kept_as_long_as_the_settings_say(
    copy: Copy, clock: HandClock, days: int, left: int
) -> None:
    await _run(copy, clock, "failed")
    async with copy.database.tenant(copy.tenant_id) as tx:
        entry = {"at": clock(), "kind": "sync.started", "via": "command", "detail": {}}
        await tx.insert(audit_trail, entry)
    await let_go(copy.database, Keep(history_days=days, audit_days=days), clock() + MONTH)
    async with copy.database.system(write=False) as tx:
        entries = await newest(tx, AuditFilter(), limit=9)
    assert (len(await _left(copy)), len(entries)) == (left, left)
