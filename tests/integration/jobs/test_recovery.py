from __future__ import annotations

from pathlib import Path

from lane_world import advance, ask, claim, claim_one, populate, put_back, run_out, state
from odoosync.db import Database
from odoosync.jobs import presence
from odoosync.jobs.claiming import release_worker
from odoosync.jobs.tables import lanes as lane_table


async def test_a_lane_whose_lease_ran_out_goes_on_from_its_checkpoint(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    first = await claim_one(database)
    await advance(database, first, {"page": 3})
    await run_out(database, first)
    second = await claim_one(database)
    assert (second.generation, second.run_id) == (first.generation, first.run_id)
    assert (second.checkpoint, second.attempts) == ({"page": 3}, 1)


async def test_progress_forgives_earlier_failures(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await put_back(database, await claim_one(database), failed_with="internal_error")
    held = await claim_one(database)
    assert held.attempts == 1
    await advance(database, held, {"page": 1})
    assert (await state(database, connection)).attempts == 0


async def test_repeating_the_checkpoint_is_no_progress(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await put_back(database, await claim_one(database), failed_with="internal_error")
    held = await claim_one(database)
    await advance(database, held, held.checkpoint)
    assert (await state(database, connection)).attempts == 1


async def _let_pass(database: Database, seconds: float) -> None:
    """Move all that has happened to lanes into the past."""
    async with database.system() as tx:
        past = {name: lane_table.c[name] - seconds for name in ("started_at", "progressed_at")}
        await tx.execute(lane_table.update().values(**past))


async def test_the_time_that_counts_begins_anew_with_progress(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    held = await claim_one(database)
    await _let_pass(database, 1_000.0)
    assert (await state(database, connection)).stalled_s >= 1_000
    await advance(database, held, {"page": 1})
    await _let_pass(database, 100.0)
    await run_out(database, held)
    again = await claim_one(database)
    assert 100 <= again.stalled_s < 1_000
    assert 100 <= (await state(database, connection)).stalled_s < 1_000


async def test_a_claim_knows_what_the_last_attempt_failed_with(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    first = await claim_one(database)
    await put_back(database, first, failed_with="sync_goes_on")
    second = await claim_one(database)
    await put_back(database, second)
    third = await claim_one(database)
    await run_out(database, third)
    fourth = await claim_one(database)
    await advance(database, fourth, {"page": 1})
    await put_back(database, fourth)
    claims = [first, second, third, fourth, await claim_one(database)]
    reasons = [None, "sync_goes_on", "sync_goes_on", "worker_lost", None]
    assert [held.failed_with for held in claims] == reasons


async def test_a_lane_that_is_put_back_waits_for_its_time(database: Database) -> None:
    (connection,) = await populate(database, [1])
    await ask(database, connection)
    await put_back(database, await claim_one(database), 60.0)
    assert await claim(database) == []
    assert (await state(database, connection)).running == 1


async def test_the_lanes_of_a_departed_worker_are_free_at_once(database: Database) -> None:
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
