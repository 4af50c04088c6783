"""What a sync asks of a person, and what an answer lets it do, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from integration.sync.copying import EQUAL, Copy
from odoo_sandbox import World
from odoosync.accounts.audit import Actor
from odoosync.accounts.tables import audit_trail
from odoosync.odoo.errors import AccessRefused
from odoosync.sync import questions
from odoosync.sync.confirming import Answering, ask_to_take_back, open_questions, yes_to_deletions
from odoosync.sync.questions import AskedAnew, NothingAsked
from odoosync.sync.service import SyncService

PARTNER = "res.partner"
ANNA = Actor(7, "anna", "password")


def people(world: World) -> list[int]:
    found: list[int] = world.execute(PARTNER, "search", [["parent_id", "!=", False]])
    return found


def delete(copy: Copy, ids: list[int]) -> list[int]:
    copy.world.execute(PARTNER, "unlink", ids)
    return ids


async def asked(copy: Copy, kind: Any = "deletions") -> list[dict[str, Any]]:
    return await open_questions(copy.database, copy.tenant_id, copy.connection_id, kind)


def service_of(copy: Copy) -> SyncService:
    return SyncService(copy.database, clock=copy.clock, wait_s=1)


async def confirm(copy: Copy, fingerprint: str | None = None) -> str:
    """Confirm what is held back; returns the run that was asked for."""
    who = Answering(copy.tenant_id, 7, ANNA, copy.connection_id)
    first = yes_to_deletions(who, "contacts", fingerprint, copy.clock)
    (run_id,) = await service_of(copy).ask(who.request("contacts"), first=first)
    return run_id


async def carry_out(copy: Copy, run_id: str) -> Any:
    await copy.attempt(await copy.take())
    return await copy.run(run_id)


def refuse(_model: str, _method: str) -> None:
    raise AccessRefused(PARTNER)


@pytest.fixture
async def held(synced: Copy) -> Copy:
    """A copy of which half of the people are gone and wait."""
    delete(synced, people(synced.world)[::2])
    await synced.sync()
    synced.clock.advance(60)
    return synced


async def test_what_is_held_back_is_told_with_how_many_and_why(synced: Copy) -> None:
    gone = delete(synced, people(synced.world)[::2])
    kept = len(await synced.rows())
    run = await synced.sync()
    (one,) = await asked(synced)
    assert (one["dataset"], one["gone"], one["kept"]) == ("contacts", len(gone), kept)
    assert (one["visible"], one["seems"], one["run_id"]) == (kept - len(gone), "deleted", run.id)
    assert (one["reason"], one["examples"]) == (run.note, sorted(gone)[:20])
    assert one["confirmed_at"] is None


async def test_rows_that_are_hidden_look_so(synced: Copy) -> None:
    synced.world.add_rule(PARTNER, [("id", "not in", people(synced.world))], uids=[2])
    await synced.sync()
    assert [one["seems"] for one in await asked(synced)] == ["hidden"]


def edit(copy: Copy, ids: list[int]) -> None:
    copy.clock.advance(60)
    copy.world.execute(PARTNER, "write", ids, {"ref": "edited"})


async def calls_of_a_sync(copy: Copy) -> int:
    before = len(copy.odoo.asked)
    await copy.sync()
    return len(copy.odoo.asked) - before


@pytest.mark.parametrize("newest", [True, False])
async def test_what_waits_costs_two_calls_a_sync(synced: Copy, newest: bool) -> None:  # noqa: FBT001
    """One asks whether it is gone for good, and one what it looks like."""
    usual, gone = await calls_of_a_sync(synced), people(synced.world)[::2]
    edit(synced, gone if newest else people(synced.world)[1::2])
    await synced.sync()
    delete(synced, gone)
    assert (await synced.sync()).held_back == len(gone)
    synced.clock.advance(3600)
    assert await calls_of_a_sync(synced) - usual <= 2


async def test_a_database_that_went_back_is_noticed_beside_rows_that_wait(synced: Copy) -> None:
    *gone, other = people(synced.world)[-23:]
    before = synced.world.table(PARTNER).rows[other]
    edit(synced, [other])
    edit(synced, gone)
    await synced.sync()
    delete(synced, gone)
    assert (await synced.sync()).held_back
    synced.clock.advance(3600)
    synced.world.table(PARTNER).put([before])
    assert (await synced.sync()).error_code == "odoo_database_restored"


async def test_what_waits_is_remembered_since_it_began(held: Copy) -> None:
    (first,) = await asked(held)
    await held.sync()
    (second,) = await asked(held)
    assert (second["since"], second["fingerprint"]) == (first["since"], first["fingerprint"])
    assert second["seen_at"] > first["seen_at"]


async def test_a_confirmation_marks_what_was_shown_and_is_over(held: Copy) -> None:
    (shown,) = await asked(held)
    run = await carry_out(held, await confirm(held, shown["fingerprint"]))
    assert (run.deleted, run.held_back, run.note) == (shown["gone"], 0, None)
    assert await asked(held) == []
    assert await held.difference() == EQUAL


async def test_who_confirmed_and_when_is_kept_until_a_sync_acts_on_it(held: Copy) -> None:
    await confirm(held)
    (one,) = await asked(held)
    assert one["confirmed_by"] == 7
    assert one["confirmed_at"] == "2026-03-01T13:01:00.250000Z"


async def test_the_audit_tells_what_was_confirmed_by_whom(held: Copy) -> None:
    (shown,) = await asked(held)
    await confirm(held)
    async with held.database.tenant(held.tenant_id, write=False) as tx:
        entries = await tx.all(tx.select(audit_trail).order_by(audit_trail.c.id))
    assert [entry.kind for entry in entries] == ["deletions.confirmed", "sync.started"]
    assert [entry.actor for entry in entries] == ["anna", "anna"]
    entry = entries[0]
    assert (entry.detail["dataset"], entry.detail["gone"]) == ("contacts", shown["gone"])


async def test_what_goes_after_the_confirmation_is_asked_anew(held: Copy) -> None:
    (shown,) = await asked(held)
    run_id = await confirm(held)
    more = delete(held, people(held.world)[::2])
    run = await carry_out(held, run_id)
    assert (run.deleted, run.held_back) == (shown["gone"], len(more))
    (again,) = await asked(held)
    assert (again["gone"], again["examples"]) == (len(more), sorted(more)[:20])
    assert again["confirmed_at"] is None


async def test_a_few_more_that_go_after_the_confirmation_go_with_it(held: Copy) -> None:
    (shown,) = await asked(held)
    run_id = await confirm(held)
    delete(held, people(held.world)[:1])
    assert (await carry_out(held, run_id)).deleted == shown["gone"] + 1
    assert await asked(held) == []


async def test_what_is_not_shown_any_more_cannot_be_confirmed(held: Copy) -> None:
    (shown,) = await asked(held)
    delete(held, people(held.world)[:1])
    await held.sync()
    with pytest.raises(AskedAnew):
        await confirm(held, shown["fingerprint"])
    assert (await asked(held))[0]["confirmed_at"] is None


async def test_nothing_to_confirm_starts_no_run(synced: Copy) -> None:
    with pytest.raises(NothingAsked):
        await confirm(synced)
    assert await synced.sync() is not None


async def test_rows_that_come_back_leave_nothing_to_ask(synced: Copy) -> None:
    gone = people(synced.world)[::2]
    rule = [("id", "not in", gone)]
    synced.world.add_rule(PARTNER, rule, uids=[2])
    await synced.sync()
    assert len(await asked(synced)) == 1
    synced.world.rules.clear()
    await synced.sync()
    assert await asked(synced) == []
    assert await synced.difference() == EQUAL


async def test_a_confirmation_for_rows_that_came_back_marks_nothing(synced: Copy) -> None:
    synced.world.add_rule(PARTNER, [("id", "not in", people(synced.world)[::2])], uids=[2])
    await synced.sync()
    run_id = await confirm(synced)
    synced.world.rules.clear()
    run = await carry_out(synced, run_id)
    assert (run.deleted, run.hidden, await asked(synced)) == (0, 0, [])


async def test_a_confirmed_run_that_fails_leaves_the_answer_to_the_next(held: Copy) -> None:
    (shown,) = await asked(held)
    run_id = await confirm(held)
    held.odoo.before = refuse
    assert (await carry_out(held, run_id)).status == "failed"
    held.odoo.before = lambda _model, _method: None
    assert (await held.sync()).deleted == shown["gone"]


async def test_an_answer_that_comes_while_a_sync_holds_the_same_back_is_kept(held: Copy) -> None:
    (shown,) = await asked(held)
    place = questions.Place(held.connection_id, "contacts", "deletions")
    async with held.database.tenant(held.tenant_id) as tx:
        await questions.confirm(tx, place, fingerprint=None, user_id=None, now=held.clock())
    async with held.database.tenant(held.tenant_id) as tx:
        await questions.ask(
            tx, place, [1], reason="late", counts={}, run_id="r", now=held.clock(), answered=False
        )
    (one,) = await asked(held)
    assert (one["fingerprint"], one["confirmed_at"] is None) == (shown["fingerprint"], False)


async def test_a_login_that_sees_nothing_is_asked_about_and_hidden_once_confirmed(
    synced: Copy,
) -> None:
    kept = len(await synced.rows())
    synced.world.add_rule(PARTNER, [("id", "=", 0)], uids=[2])
    await synced.sync()
    (one,) = await asked(synced)
    assert (one["gone"], one["visible"], one["seems"]) == (kept, 0, "hidden")
    run = await carry_out(synced, await confirm(synced))
    assert (run.hidden, run.deleted) == (kept, 0)


@pytest.fixture
async def restored(synced: Copy) -> Copy:
    """A copy whose Odoo went back in time."""
    (person,) = people(synced.world)[:1]
    before = synced.world.table(PARTNER).rows[person]
    synced.clock.advance(60)
    synced.world.execute(PARTNER, "write", [person], {"ref": "lost by the restore"})
    await synced.sync()
    synced.world.table(PARTNER).put([before])
    return synced


async def test_a_restored_database_is_a_question(restored: Copy) -> None:
    run = await restored.sync()
    (one,) = await asked(restored, "restored")
    assert (run.status, one["run_id"], one["older"]) == ("failed", run.id, 1)
    assert one["reason"] == run.error


async def test_a_confirmed_restore_takes_all_datasets_back(restored: Copy) -> None:
    await restored.sync()
    who = Answering(restored.tenant_id, 7, ANNA)
    run_ids = await ask_to_take_back(service_of(restored), restored.database, who, restored.clock)
    for _ in run_ids:
        await restored.attempt(await restored.claim())
    ended = [await restored.run(run_id) for run_id in run_ids]
    assert {(run.mode, run.status) for run in ended} == {("full", "succeeded")}
    assert sorted(run.dataset for run in ended) == ["contacts", "product_variants", "products"]
    assert (await asked(restored, "restored"), await restored.difference()) == ([], EQUAL)


async def test_a_restore_that_was_undone_leaves_nothing_to_ask(restored: Copy) -> None:
    await restored.sync()
    newest = [("ref", "=", "lost by the restore")]
    assert restored.world.execute(PARTNER, "search", newest) == []
    (person,) = people(restored.world)[:1]
    restored.world.execute(PARTNER, "write", [person], {"ref": "later"})
    assert (await restored.sync()).status == "succeeded"
    assert await asked(restored, "restored") == []
