from __future__ import annotations

from array import array

from odoosync.db import Database
from odoosync.store import deletion, reading
from odoosync.store.deletion import CountAndSum, StoredIds
from odoosync.store.newest import newest
from pages import NOW, row, write


async def test_ids_come_sorted_and_apart_by_kind(database: Database) -> None:
    await write(database, [row(number) for number in (5, 3, 9, 1, 7)])
    async with database.tenant(1) as tx:
        await deletion.mark_deleted(tx, 7, "contacts", [9], NOW)
        await deletion.mark_unreachable(tx, 7, "contacts", [3, 9], NOW)
        found = await deletion.live_ids(tx, 7, "contacts")
    assert found == StoredIds(array("q", [1, 5, 7]), array("q", [3]))


async def test_no_rows_are_no_ids(database: Database) -> None:
    async with database.tenant(1) as tx:
        assert await deletion.live_ids(tx, 7, "contacts") == StoredIds(array("q"), array("q"))
        assert await deletion.count_and_sum(tx, 7, "contacts") == CountAndSum(0, 0)


async def test_count_and_sum_are_of_live_rows(database: Database) -> None:
    await write(database, [row(number) for number in range(1, 11)])
    async with database.tenant(1) as tx:
        await deletion.mark_deleted(tx, 7, "contacts", [9], NOW)
        await deletion.mark_unreachable(tx, 7, "contacts", [10], NOW)
        assert await deletion.count_and_sum(tx, 7, "contacts") == CountAndSum(8, 36)


async def test_a_sum_beyond_64_bits_is_exact(database: Database) -> None:
    ids = [2**62, 2**62 + 1, 2**62 + 2, -7]
    await write(database, [row(number) for number in ids])
    async with database.tenant(1) as tx:
        assert await deletion.count_and_sum(tx, 7, "contacts") == CountAndSum(4, sum(ids))


async def test_marking_counts_what_was_not_marked_before(database: Database) -> None:
    await write(database, [row(1), row(2)])
    async with database.tenant(1) as tx:
        assert await deletion.mark_unreachable(tx, 7, "contacts", [1], NOW) == 1
        assert await deletion.mark_unreachable(tx, 7, "contacts", [1], NOW) == 0
        assert await deletion.mark_deleted(tx, 7, "contacts", [1, 2, 3], NOW) == 2
        assert await deletion.mark_deleted(tx, 7, "contacts", [1, 2, 3], NOW) == 0


async def test_an_unreachable_row_that_is_deleted_is_only_deleted(database: Database) -> None:
    await write(database, [row(1)])
    async with database.tenant(1) as tx:
        await deletion.mark_unreachable(tx, 7, "contacts", [1], NOW)
        await deletion.mark_deleted(tx, 7, "contacts", [1], NOW)
        found = await reading.get(tx, 7, "contacts", 1, include_deleted=True)
    assert found is not None
    assert (found.deleted_at, found.unreachable_at) == (NOW, None)


async def test_more_ids_than_a_statement_has_parameters_are_marked(database: Database) -> None:
    await write(database, [row(number) for number in range(1, 40_001)])
    async with database.tenant(1) as tx:
        marked = await deletion.mark_deleted(tx, 7, "contacts", range(1, 200_000, 2), NOW)
        found = await deletion.live_ids(tx, 7, "contacts")
    assert marked == 20_000
    assert list(found.live) == list(range(2, 40_001, 2))


async def test_other_datasets_and_connections_stay_as_they_are(database: Database) -> None:
    await write(database, [row(1)])
    async with database.tenant(1) as tx:
        assert await deletion.mark_deleted(tx, 7, "products", [1], NOW) == 0
        assert await deletion.mark_deleted(tx, 8, "contacts", [1], NOW) == 0


async def test_the_newest_live_rows_come_first(database: Database) -> None:
    dates = {1: "2026-01-01 00:00:00", 2: "2026-03-01 00:00:00", 3: "2026-02-01 00:00:00", 4: None}
    await write(database, [row(number, write_date=date) for number, date in dates.items()])
    async with database.tenant(1) as tx:
        found = await newest(tx, 7, "contacts", limit=2)
        assert [(one.odoo_id, one.written) for one in found] == [(2, dates[2]), (3, dates[3])]
        await deletion.mark_deleted(tx, 7, "contacts", [2], NOW)
        assert [one.odoo_id for one in await newest(tx, 7, "contacts")] == [3, 1]
