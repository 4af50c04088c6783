"""Kills, cuts and cancellations: what was stored is not fetched again, and nothing is lost."""

from __future__ import annotations

import asyncio

import pytest

from integration.sync.copying import EQUAL, Copy, FragileDatabase, Killed
from odoo_sandbox import World
from odoo_sandbox.fields import char
from odoosync.backoff import Backoff
from odoosync.jobs.errors import LeaseLost, WorkerShutdown
from odoosync.jobs.task import Lease
from odoosync.odoo.errors import CutOff, ServerFault
from odoosync.sync import pace, patience
from odoosync.sync.engine import ids

PARTNER = "res.partner"
PAGE = 10


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some seventy contacts make eight pages. Nobody waits long for an Odoo that is away."""
    monkeypatch.setattr(patience, "PAUSES", Backoff(0.01, 10.0))
    monkeypatch.setattr(pace, "FIRST", PAGE)
    monkeypatch.setattr(pace, "LARGEST", PAGE)
    monkeypatch.setattr(ids, "SCAN_AT_ONCE", 25)


async def carried_on(copy: Copy) -> int:
    """Attempt until no kill strikes any more; returns how many did."""
    for kills in range(100):
        try:
            await copy.attempt(await copy.claim())
        except Killed:
            continue
        return kills
    raise AssertionError("It never ends")


def heal(copy: Copy) -> None:
    copy.odoo.before = copy.odoo.after = lambda _model, _method: None


def strike(
    copy: Copy,
    error: BaseException,
    *,
    at: int,
    method: str = "search_read",
    lasting: bool = False,
) -> None:
    """Let the `at`-th call of a method from now on fail: once, or it and all after it."""
    calls = 0

    def before(_model: str, called: str) -> None:
        nonlocal calls
        calls += called == method
        if called == method and (calls == at or (lasting and calls > at)):
            raise error

    copy.odoo.before = before


@pytest.mark.parametrize("after", [False, True])
async def test_killed_at_every_commit_in_turn_it_ends_with_an_equal_copy(
    copy: Copy, fragile: FragileDatabase, *, after: bool
) -> None:
    total = len(copy.world.table(PARTNER).ids)
    run_id = await copy.ask("contacts")
    fragile.after, kills = after, 0
    for step in range(1, 40):
        fragile.written, fragile.dies_at = 0, step % 5 + 2
        try:
            await copy.attempt(await copy.claim())
            break
        except (Killed, ValueError):  # nothing to claim: it had ended just before the kill
            kills += 1
            if (await copy.run(run_id)).status == "succeeded":
                break
    fragile.dies_at = None
    run = await copy.run(run_id)
    assert (run.status, run.created, run.fetched) == ("succeeded", total, total)
    assert kills >= 3
    assert await copy.difference() == EQUAL


@pytest.mark.parametrize("at", range(1, 24, 2))
async def test_killed_at_any_call_only_what_was_not_stored_is_fetched_twice(
    copy: Copy, at: int
) -> None:
    run_id = await copy.ask("contacts")
    calls = 0

    def before(_model: str, _method: str) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise Killed

    copy.odoo.before = before
    kills = await carried_on(copy)
    asked = [
        one for one in copy.odoo.payloads if "name" in one.get("fields", ()) and "limit" in one
    ]
    run, total = await copy.run(run_id), len(copy.world.table(PARTNER).ids)
    assert (run.status, run.fetched) == ("succeeded", total)
    # The page that was not stored yet, and the one that was on its way meanwhile.
    assert len(asked) <= total // PAGE + 1 + 2 * kills
    assert await copy.difference() == EQUAL


async def test_a_resume_keeps_the_first_starts_time_and_window(copy: Copy) -> None:
    run_id = await copy.ask("contacts")
    strike(copy, Killed(), at=9)
    with pytest.raises(Killed):
        await copy.attempt(await copy.claim())
    first = await copy.run(run_id)
    copy.clock.advance(4_000)
    await copy.attempt(await copy.claim())
    run = await copy.run(run_id)
    assert (run.window_low, run.window_high) == (first.window_low, first.window_high)
    assert run.status == "succeeded"


async def test_what_was_written_during_a_long_pause_comes_with_the_next_sync(copy: Copy) -> None:
    await copy.ask("contacts")
    strike(copy, Killed(), at=12)
    with pytest.raises(Killed):
        await copy.attempt(await copy.claim())
    copy.clock.advance(4_000)
    first = copy.world.table(PARTNER).ids[3]
    copy.world.execute(PARTNER, "write", [first], {"ref": "meanwhile"})
    await copy.attempt(await copy.claim())
    await copy.sync()
    assert await copy.difference() == EQUAL


async def test_a_run_that_failed_is_ended_by_the_next_one(copy: Copy) -> None:
    strike(copy, ServerFault(), at=6, lasting=True)
    failed = await copy.sync()
    heal(copy)
    copy.clock.advance(4_000)
    first = copy.world.table(PARTNER).ids[3]
    copy.world.execute(PARTNER, "write", [first], {"ref": "meanwhile"})
    run = await copy.sync()
    total = len(copy.world.table(PARTNER).ids)
    assert failed.status == "failed"
    assert 0 < failed.fetched < total
    assert (run.status, failed.fetched + run.created) == ("succeeded", total)
    assert await copy.difference() == EQUAL


async def test_an_odoo_that_restarts_under_way_is_waited_for(copy: Copy) -> None:
    calls = 0

    def away(_model: str, method: str) -> None:
        nonlocal calls
        calls += method == "search_read"
        if 4 <= calls < 4 + patience.ATTEMPTS - 1:
            raise CutOff

    copy.odoo.before = away
    run = await copy.sync()
    assert (run.status, run.created) == ("succeeded", len(copy.world.table(PARTNER).ids))


async def test_a_run_that_failed_again_and_again_ends_nevertheless(copy: Copy) -> None:
    for _ in range(5):
        strike(copy, ServerFault(), at=4, lasting=True)
        assert (await copy.sync()).status == "failed"
        copy.clock.advance(700)
        copy.world.execute(PARTNER, "write", [copy.world.table(PARTNER).ids[3]], {"ref": "x"})
    heal(copy)
    await copy.sync()
    assert await copy.difference() == EQUAL


async def test_a_cancelled_run_is_ended_by_the_next_one(copy: Copy) -> None:
    lease = Lease()
    copy.odoo.after = lambda _model, method: told_after_a_page(lease.cancelled, method)
    run_id = await copy.ask("contacts")
    await copy.attempt(await copy.claim(), lease)
    cancelled = await copy.run(run_id)
    heal(copy)
    run = await copy.sync()
    assert (cancelled.status, cancelled.fetched) == ("cancelled", PAGE)
    assert cancelled.fetched + run.created == len(copy.world.table(PARTNER).ids)


def told_after_a_page(told: asyncio.Event, method: str) -> None:
    if method == "search_read":
        told.set()


async def test_a_stopping_worker_lets_go_after_its_page(copy: Copy) -> None:
    lease = Lease()
    copy.odoo.after = lambda _model, method: told_after_a_page(lease.stopping, method)
    run_id = await copy.ask("contacts")
    with pytest.raises(WorkerShutdown):
        await copy.attempt(await copy.claim(), lease)
    assert (await copy.run(run_id)).fetched == PAGE
    await copy.attempt(await copy.claim())
    assert await copy.difference() == EQUAL


async def test_an_attempt_that_lost_its_lease_writes_nothing_more(copy: Copy) -> None:
    await copy.ask("contacts")
    lost = await copy.claim()
    await copy.claim()
    with pytest.raises(LeaseLost):
        await copy.attempt(lost)
    assert await copy.rows() == {}


@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_pass_that_fails_or_is_killed_deletes_nothing(synced: Copy, at: int) -> None:
    gone = synced.world.execute(PARTNER, "search", [["parent_id", "!=", False]], limit=4)
    synced.world.execute(PARTNER, "unlink", gone)
    strike(synced, ServerFault(), at=at, method="search" if at > 1 else "read")
    run = await synced.sync()
    assert (run.status, run.deleted) == ("failed", 0)
    assert not any(row.deleted_at for row in (await synced.rows()).values())


async def test_a_cut_connection_is_asked_again_and_fails_nothing(copy: Copy) -> None:
    strike(copy, CutOff(), at=4)
    assert (await copy.sync()).status == "succeeded"
    assert await copy.difference() == EQUAL


async def test_a_field_that_vanished_before_the_resume_is_left_out(
    copy: Copy, world: World
) -> None:
    run_id = await copy.ask("contacts")
    strike(copy, Killed(), at=9)
    with pytest.raises(Killed):
        await copy.attempt(await copy.claim())
    vanish(world, "function")
    await copy.attempt(await copy.claim())
    run = await copy.run(run_id)
    assert run.status == "succeeded"
    assert "function" in run.drift
    assert await copy.difference() == EQUAL


async def test_a_field_that_vanishes_between_two_pages_is_left_out(
    copy: Copy, world: World
) -> None:
    pages = 0

    def after(_model: str, method: str) -> None:
        nonlocal pages
        pages += method == "search_read"
        if pages == 5:
            vanish(world, "function")

    copy.odoo.after = after
    run = await copy.sync()
    assert run.status == "succeeded"
    assert "function" in run.drift
    assert await copy.difference() == EQUAL


async def test_a_field_that_appears_makes_the_next_run_full(copy: Copy, world: World) -> None:
    vanish(world, "function")
    await copy.sync()
    world.add_field(PARTNER, char("function", "Job Position"))
    run = await copy.sync()
    assert (run.mode, run.drift) == ("full", None)
    assert await copy.difference() == EQUAL


def vanish(world: World, name: str) -> None:
    """Take a field away, as an upgrade does; the column stays behind."""
    table = world.table(PARTNER)
    table.model = type(table.model)(
        **{slot: getattr(table.model, slot) for slot in table.model.__slots__}
        | {"fields": {key: value for key, value in table.model.fields.items() if key != name}}
    )
