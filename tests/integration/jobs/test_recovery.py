from __future__ import annotations

from pathlib import Path

from odoosync.db import Database
from odoosync.jobs import presence, run_queue
from odoosync.jobs.claiming import release_worker
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.tables import runs
from queue_world import (
    advance,
    ask,
    begin_one,
    claim,
    claim_one,
    populate,
    run_of,
    run_out,
    snooze,
)


async def test_a_run_whose_lease_ran_out_goes_on_from_its_checkpoint(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    first = await begin_one(database)
    await advance(database, first, {"page": 3})
    await run_out(database, first)
    second = await claim_one(database)
    assert second.run_id == first.run_id
    assert (second.checkpoint, second.failures) == ({"page": 3}, 1)


async def test_progress_forgives_earlier_failures(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await snooze(database, await claim_one(database), failed_with="internal_error")
    held = await claim_one(database)
    assert held.failures == 1
    await advance(database, held, {"page": 1})
    assert (await run_of(database, held.run_id)).failures == 0


async def test_repeating_the_checkpoint_is_no_progress(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await snooze(database, await claim_one(database), failed_with="internal_error")
    held = await claim_one(database)
    await advance(database, held, held.checkpoint)
    assert (await run_of(database, held.run_id)).failures == 1


async def _let_pass(database: Database, seconds: float) -> None:
    """Move all that has happened to runs into the past."""
    async with database.system() as tx:
        past = runs.c.progressed_at - seconds
        await tx.execute(runs.update().values(progressed_at=past))


async def _stalled_s(database: Database, held: Claim) -> float:
    async with database.tenant(held.tenant_id) as tx:
        return float((await run_queue.look(tx, held)).stalled_s)


async def test_the_time_that_counts_begins_anew_with_progress(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await claim_one(database)
    await _let_pass(database, 1_000.0)
    assert await _stalled_s(database, held) >= 1_000
    await advance(database, held, {"page": 1})
    await _let_pass(database, 100.0)
    await run_out(database, held)
    again = await claim_one(database)
    assert 100 <= again.stalled_s < 1_000
    assert 100 <= await _stalled_s(database, again) < 1_000


async def test_a_claim_knows_what_the_last_attempt_failed_with(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    first = await claim_one(database)
    await snooze(database, first, failed_with="sync_goes_on")
    second = await claim_one(database)
    await snooze(database, second)
    third = await claim_one(database)
    await run_out(database, third)
    fourth = await claim_one(database)
    await advance(database, fourth, {"page": 1})
    await snooze(database, fourth)
    claims = [first, second, third, fourth, await claim_one(database)]
    reasons = [None, "sync_goes_on", "sync_goes_on", "worker_lost", None]
    assert [held.failed_with for held in claims] == reasons


async def test_a_run_that_is_put_back_waits_for_its_time(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await begin_one(database)
    await snooze(database, held, 60.0)
    assert await claim(database) == []
    assert (await run_of(database, held.run_id)).status == "running"


async def test_the_runs_of_a_departed_worker_are_free_at_once(database: Database) -> None:
    connections = await populate(database, [1, 1])
    for connection in connections:
        await ask(database, connection)
    await claim(database, worker_id="gone", limit=1)
    await claim(database, worker_id="here", limit=1)
    assert await release_worker(database, "gone") == 1
    assert len(await claim(database)) == 1


def test_a_worker_is_present_while_it_holds_its_file(tmp_path: Path) -> None:
    with presence.present(tmp_path, "here"):
        assert presence.departed(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_left_its_file_unlocked_has_departed(tmp_path: Path) -> None:
    (tmp_path / "gone.alive").touch()
    assert presence.departed(tmp_path) == ["gone"]
    presence.forget(tmp_path, "gone")
    assert presence.departed(tmp_path) == []
