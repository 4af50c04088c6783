"""What a verification finds, tells apart and repairs, each on both databases."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from integration.sync.copying import EQUAL, Copy
from integration.verify.checking import (
    PARTNER,
    TAG,
    TEMPLATE,
    TRUE,
    ask,
    contacts,
    damage,
    damage_field,
    forget_labels,
    found,
    invent,
    labels_stored,
    lose,
    rename_label,
    verify,
)
from odoosync.jobs import run_queue
from odoosync.jobs.task import Done, Lease, RetryIn
from odoosync.sync import pace
from odoosync.sync.engine import ids, narrowing
from odoosync.sync.verify import looking
from queue_world import begin, claim

NEVER = 999_999


def people(copy: Copy, **more: Any) -> list[int]:
    ids: list[int] = copy.world.execute(PARTNER, "search", [["parent_id", "!=", False]], **more)
    return ids


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "FIRST", 7)
    monkeypatch.setattr(pace, "LARGEST", 7)
    monkeypatch.setattr(looking, "KEPT_AT_ONCE", 4)


@pytest.mark.parametrize("dataset", ["contacts", "products", "product_variants"])
async def test_a_synced_copy_is_true(synced: Copy, dataset: str) -> None:
    run = await verify(synced, dataset)
    assert (run.truth, found(run)) == (1.0, TRUE)
    assert run.fetched == run.total == run.detail["true"] == len(await synced.rows(dataset))


async def test_a_copy_that_was_never_synced_lacks_everything(copy: Copy) -> None:
    run = await contacts(copy)
    assert (run.truth, run.detail["missing"]) == (0.0, run.total)


async def test_each_kind_of_damage_is_found_and_named_without_values(synced: Copy) -> None:
    first, second = people(synced, limit=2)
    await damage_field(synced, first, "city", "Atlantis")
    await lose(synced, second)
    await invent(synced, NEVER, like=first)
    run = await contacts(synced)
    assert found(run) == TRUE | {"missing": 1, "stale": 1, "phantom": 1}
    assert run.truth == (run.total - 2) / (run.total + 1)
    assert sorted(run.detail["examples"], key=lambda example: example["kind"]) == [
        {"kind": "missing", "id": second, "fields": []},
        {"kind": "phantom", "id": NEVER, "fields": []},
        {"kind": "stale", "id": first, "fields": ["city"]},
    ]


@pytest.mark.parametrize("column", ["name", "email", "search", "active"])
async def test_columns_that_lists_go_by_are_held_to_odoo_too(synced: Copy, column: str) -> None:
    (person,) = people(synced, limit=1)
    wrong: dict[str, Any] = {column: False if column == "active" else "wrong"}
    await damage(synced, person, **wrong)
    run = await contacts(synced)
    assert (found(run), run.detail["examples"][0]["fields"]) == (TRUE | {"stale": 1}, [column])


async def test_a_volatile_field_that_was_damaged_here_is_stale(synced: Copy) -> None:
    await damage_field(synced, people(synced)[0], "category_id", [77])
    assert found(await contacts(synced)) == TRUE | {"stale": 1}


async def test_rows_marked_as_gone_that_odoo_shows_are_missing(synced: Copy) -> None:
    first, second = people(synced, limit=2)
    await damage(synced, first, deleted_at=synced.clock())
    await damage(synced, second, unreachable_at=synced.clock())
    assert found(await contacts(synced)) == TRUE | {"missing": 2}


async def test_a_deletion_that_was_taken_back_here_is_a_phantom(synced: Copy) -> None:
    (person,) = people(synced, limit=1)
    synced.world.execute(PARTNER, "unlink", [person])
    await synced.sync()
    await damage(synced, person, deleted_at=None)
    assert found(await contacts(synced)) == TRUE | {"phantom": 1}


async def test_what_odoo_wrote_since_the_last_sync_is_pending(synced: Copy) -> None:
    changed, archived, deleted = people(synced, limit=3)
    synced.world.execute(PARTNER, "write", [changed], {"ref": "R1"})
    synced.world.execute(PARTNER, "write", [archived], {"active": False})
    synced.world.execute(PARTNER, "unlink", [deleted])
    synced.world.execute(PARTNER, "create", [{"name": "New"}])
    run = await contacts(synced)
    assert (run.truth, found(run)) == (1.0, TRUE | {"pending": 4})
    await synced.sync()
    assert found(await contacts(synced)) == TRUE


async def test_a_deletion_that_a_sync_overlooks_is_a_phantom_the_next_time(
    synced: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced.world.execute(PARTNER, "unlink", people(synced, limit=1))
    assert found(await contacts(synced)) == TRUE | {"pending": 1}
    monkeypatch.setattr(ids, "_mark", partial(_mark_nothing, ids._mark))
    synced.clock.advance(60)
    await synced.sync()
    assert found(await contacts(synced)) == TRUE | {"phantom": 1}


async def _mark_nothing(mark: Any, work: Any, _fate: Any) -> None:
    await mark(work, ids.Fate())


async def test_rows_that_come_into_sight_again_are_pending(synced: Copy) -> None:
    rule = synced.world.add_rule(PARTNER, [("id", "not in", people(synced, limit=3))], uids=[2])
    await synced.sync()
    synced.world.remove_rule(rule)
    assert found(await contacts(synced)) == TRUE | {"pending": 3}


async def test_a_late_commit_within_the_lookback_is_pending(synced: Copy) -> None:
    late = synced.world.transaction()
    synced.world.execute(PARTNER, "write", people(synced, limit=1), {"ref": "late"}, tx=late)
    synced.clock.advance(200)
    await synced.sync()
    late.commit()
    assert found(await contacts(synced)) == TRUE | {"pending": 1}


async def test_a_commit_later_than_the_lookback_is_stale(synced: Copy) -> None:
    late = synced.world.transaction()
    synced.world.execute(PARTNER, "write", people(synced, limit=1), {"ref": "late"}, tx=late)
    synced.clock.advance(4_000)
    await synced.sync()
    late.commit()
    assert found(await contacts(synced)) == TRUE | {"stale": 1}
    await contacts(synced, repair=True)
    assert await synced.difference() == EQUAL


async def test_damage_to_a_row_that_was_written_just_before_the_sync_is_no_pending(
    synced: Copy,
) -> None:
    (person,) = people(synced, limit=1)
    synced.world.execute(PARTNER, "write", [person], {"city": "Bern"})
    synced.clock.advance(30)
    await synced.sync()
    await damage_field(synced, person, "city", "Atlantis")
    assert found(await contacts(synced)) == TRUE | {"stale": 1}


async def test_a_tag_added_from_its_side_is_told_as_volatile(synced: Copy) -> None:
    (person,) = people(synced, limit=1)
    (tag,) = synced.world.execute(TAG, "create", [{"name": "New"}])
    synced.world.execute(TAG, "write", [tag], {"partner_ids": [(4, person)]})
    run = await contacts(synced)
    assert (run.truth, found(run)) == (1.0, TRUE | {"volatile": 1})


async def test_a_name_that_is_called_otherwise_is_counted_apart(synced: Copy) -> None:
    await rename_label(synced, "uom.uom", "Wrong")
    run = await verify(synced, "products")
    assert run.truth == 1.0
    assert run.detail["names"] >= 1
    await verify(synced, "products", repair=True)
    assert found(await verify(synced, "products")) == TRUE


async def test_names_are_stored_in_one_order_as_syncs_do_beside_it(synced: Copy) -> None:
    await rename_label(synced, "product.category", "Wrong")
    await forget_labels(synced, "uom.uom")
    await lose(synced, synced.world.table(TEMPLATE).ids[0])
    with labels_stored(synced) as models:
        await verify(synced, "products", repair=True)
    assert {"product.category", "uom.uom"} <= set(models)
    assert models == sorted(models)


async def test_hidden_rows_are_no_phantoms_once_marked(synced: Copy) -> None:
    hidden = people(synced, limit=3)
    synced.world.add_rule(PARTNER, [("id", "not in", hidden)], uids=[2])
    await synced.sync()
    run = await contacts(synced)
    assert (run.truth, found(run), run.detail["hidden"]) == (1.0, TRUE, 3)


async def test_a_row_that_changes_between_the_looks_is_read_once_more(synced: Copy) -> None:
    (person,) = people(synced, limit=1)
    await damage_field(synced, person, "city", "Atlantis")
    there = synced.world.execute(PARTNER, "read", [person], ["city"])[0]["city"]
    looks: list[str] = []

    def mend_at_second_look(_model: str, method: str) -> None:
        looks.append(method)
        if looks.count("search_read") == 2:
            synced.world.execute(PARTNER, "write", [person], {"city": "Atlantis"})

    synced.odoo.before = mend_at_second_look
    run = await contacts(synced)
    assert there != "Atlantis"
    assert found(run)["stale"] == 0


async def test_a_repair_makes_the_copy_true(synced: Copy) -> None:
    first, second, third = people(synced, limit=3)
    await damage_field(synced, first, "city", "Atlantis")
    await damage_field(synced, third, "category_id", [77])
    await lose(synced, second)
    await invent(synced, NEVER, like=first)
    run = await contacts(synced, repair=True)
    assert (run.truth, run.mode, run.deleted, run.detail["repaired"]) == (1.0, "repair", 1, 3)
    assert run.detail["score_found"] < 1.0
    assert await synced.difference() == EQUAL
    assert found(await contacts(synced)) == TRUE


async def test_a_repair_tells_deleted_from_hidden(synced: Copy) -> None:
    hidden, deleted = people(synced, limit=2)
    synced.world.add_rule(PARTNER, [("id", "!=", hidden)], uids=[2])
    synced.world.execute(PARTNER, "unlink", [deleted], uid=1)
    run = await contacts(synced, repair=True)
    rows = await synced.rows()
    assert (run.hidden, run.deleted) == (1, 1)
    assert (rows[hidden].unreachable_at, rows[deleted].deleted_at) == (synced.clock(),) * 2


async def test_a_repair_of_many_phantoms_waits_for_a_confirmation(synced: Copy) -> None:
    (first, *_) = people(synced, limit=1)
    for number in range(40):
        await invent(synced, NEVER + number, like=first)
    run = await contacts(synced, repair=True)
    assert (run.held_back, run.deleted, run.detail["phantom"]) == (40, 0, 40)
    assert run.truth < 1.0


async def test_a_verification_without_repair_writes_nothing(synced: Copy) -> None:
    (person,) = people(synced, limit=1)
    await damage_field(synced, person, "city", "Atlantis")
    before = await synced.rows()
    await contacts(synced)
    assert await synced.rows() == before


async def test_a_repair_waits_while_a_sync_goes_on(synced: Copy) -> None:
    await damage_field(synced, people(synced)[0], "city", "Atlantis")
    await synced.ask("contacts")
    sync = await synced.claim()
    await begin(synced.database, sync)
    (run_id,) = await ask(synced, repair=True)
    check = await synced.take()
    assert isinstance(await synced.attempt(check), RetryIn)
    assert (await synced.data(people(synced)[0]))["city"] == "Atlantis"
    await synced.attempt(sync)
    async with synced.database.tenant(synced.tenant_id) as tx:
        await run_queue.snooze(tx, check, 0.0)
    assert await synced.attempt(await synced.claim()) == Done()
    assert ((await synced.run(run_id)).truth, await synced.difference()) == (1.0, EQUAL)


async def test_a_repair_that_met_syncs_for_a_day_says_what_to_do(synced: Copy) -> None:
    await damage_field(synced, people(synced)[0], "city", "Atlantis")
    await synced.ask("contacts")
    await begin(synced.database, await synced.claim())
    (run_id,) = await ask(synced, repair=True)
    check = await synced.take()
    synced.clock.advance(86_400)
    assert await synced.attempt(check) == Done()
    run = await synced.run(run_id)
    assert (run.status, run.error_code) == ("failed", "sync_never_rests")
    assert "Pause its schedule" in run.error


async def test_a_sync_that_begins_while_a_repair_reads_keeps_it_from_writing(synced: Copy) -> None:
    await damage_field(synced, people(synced)[0], "city", "Atlantis")
    await ask(synced, repair=True)
    check = await synced.claim()
    await synced.ask("contacts")
    taken: list[str] = []
    ahead = looking.again

    async def slowly(*arguments: Any) -> Any:
        found = await ahead(*arguments)
        if not taken:
            taken.append("sync")
            await begin(synced.database, await synced.take())
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "again", slowly)
        assert isinstance(await synced.attempt(check), RetryIn)
    assert (await synced.data(people(synced)[0]))["city"] == "Atlantis"


async def test_a_sync_is_not_delayed_nor_joined_by_a_verification(synced: Copy) -> None:
    await ask(synced)
    await synced.ask("contacts")
    claims = await claim(synced.database)
    assert sorted((one.dataset, one.kind) for one in claims) == [
        ("contacts", "sync"),
        ("contacts", "verify"),
    ]


async def test_small_parts_find_the_same(synced: Copy, small_pages: None) -> None:
    del small_pages
    first, second = people(synced, limit=2)
    await damage_field(synced, first, "city", "Atlantis")
    await lose(synced, second)
    for number in range(9):
        await invent(synced, NEVER + number, like=first)
    run = await contacts(synced)
    assert found(run) == TRUE | {"missing": 1, "stale": 1, "phantom": 9}
    assert (run.fetched, run.pages > 9) == (run.total, True)


async def test_it_goes_on_where_it_was_left(synced: Copy, small_pages: None) -> None:
    del small_pages
    await damage_field(synced, people(synced)[0], "city", "Atlantis")
    (run_id,), lease = await ask(synced), Lease()
    asked: list[str] = []

    def stop(_model: str, method: str) -> None:
        asked.append(method)
        if asked.count("search_read") == 5:
            lease.stopping.set()

    synced.odoo.after = stop
    with pytest.raises(Exception, match="stopping"):
        await synced.attempt(await synced.claim(), lease)
    half = (await synced.run(run_id)).fetched
    synced.odoo.after = lambda _model, _method: None
    await synced.attempt(await synced.claim())
    run = await synced.run(run_id)
    assert 0 < half < run.fetched == run.total
    assert (found(run), run.attempts) == (TRUE | {"stale": 1}, 2)


async def test_a_cancelled_one_says_so(synced: Copy) -> None:
    (run_id,), lease = await ask(synced), Lease()
    lease.cancelled.set()
    await synced.attempt(await synced.claim(), lease)
    run = await synced.run(run_id)
    assert (run.status, run.truth) == ("cancelled", None)


@pytest.mark.parametrize("field", [None, "comment"])
async def test_a_row_that_odoo_fails_on_is_not_judged(synced: Copy, field: str | None) -> None:
    (person,) = people(synced, limit=1)
    synced.world.execute(PARTNER, "write", [person], {"comment": "seen"})
    await synced.sync()
    synced.world.make_unreadable(PARTNER, person, field or "")
    run = await contacts(synced, repair=True)
    assert (run.truth, found(run), run.detail["aside"]) == (1.0, TRUE, 1)
    assert (await synced.data(person))["comment"]


@pytest.mark.parametrize("field", [None, "comment"])
async def test_nothing_is_said_of_a_row_that_odoo_fails_on_and_the_copy_knows_nothing_of(
    copy: Copy, field: str | None
) -> None:
    (person,) = people(copy, limit=1)
    copy.world.execute(PARTNER, "write", [person], {"comment": False})
    copy.world.make_unreadable(PARTNER, person, field or "")
    await copy.sync()
    run = await contacts(copy)
    rows = len(copy.world.table(PARTNER).ids)
    assert (run.detail["aside"], run.detail["true"]) == (1, rows - 1)


async def test_a_field_that_fails_on_some_rows_fails_no_verification(synced: Copy) -> None:
    for person in people(synced, limit=narrowing.MOST_OF_A_FIELD):
        synced.world.make_unreadable(PARTNER, person, "display_name")
    run = await contacts(synced)
    assert (run.truth, found(run), run.detail["aside"]) == (1.0, TRUE, narrowing.MOST_OF_A_FIELD)


async def test_a_field_that_fails_on_many_rows_is_left_out_and_named(synced: Copy) -> None:
    for person in people(synced, limit=narrowing.MOST_OF_A_FIELD + 1):
        synced.world.make_unreadable(PARTNER, person, "display_name")
    run = await contacts(synced)
    assert (run.truth, found(run), run.detail["aside"]) == (1.0, TRUE, 0)
    assert run.note.endswith("not compared: display_name.")


async def test_a_template_renamed_since_leaves_its_variants_true_enough(synced: Copy) -> None:
    templates = synced.world.execute(TEMPLATE, "search", [], limit=2)
    synced.world.execute(TEMPLATE, "write", templates, {"name": "Renamed"})
    assert (await verify(synced, "products")).truth == 1.0
    assert (await verify(synced, "product_variants")).truth == 1.0
