from __future__ import annotations

from odoosync.db import Database
from odoosync.store import labels
from pages import NOW, row, write

COUNTRY = "res.country"
PARTNER = "res.partner"


async def test_ids_without_a_name_are_missing(database: Database) -> None:
    async with database.tenant(1) as tx:
        await labels.put(tx, 7, COUNTRY, {1: "Peru"}, NOW)
        assert await labels.missing(tx, 7, COUNTRY, [1, 2, 3], None) == {2, 3}
        assert await labels.missing(tx, 8, COUNTRY, [1], None) == {1}


async def test_a_copied_record_with_a_display_name_is_not_missing(database: Database) -> None:
    await write(database, [row(1, display_name="Anna"), row(2, display_name=None), row(3)])
    async with database.tenant(1) as tx:
        assert await labels.missing(tx, 7, PARTNER, [1, 2, 3], "contacts") == {2, 3}


async def test_a_name_is_replaced(database: Database) -> None:
    async with database.tenant(1) as tx:
        await labels.put(tx, 7, COUNTRY, {1: "Perú", 2: 'Q"uote\0'}, NOW)
        await labels.put(tx, 7, COUNTRY, {1: "Peru"}, NOW)
        names = await labels.resolve(tx, 7, {COUNTRY: [1, 2]}, {})
    assert names == {(COUNTRY, 1): "Peru", (COUNTRY, 2): 'Q"uote'}


async def test_a_copied_record_names_itself_before_its_label(database: Database) -> None:
    await write(database, [row(1, display_name="Anna, new")])
    async with database.tenant(1) as tx:
        await labels.put(tx, 7, PARTNER, {1: "Anna, old", 2: "Berta"}, NOW)
        wanted = {PARTNER: [1, 2, 3], COUNTRY: [1]}
        names = await labels.resolve(tx, 7, wanted, {PARTNER: "contacts"})
    assert names == {(PARTNER, 1): "Anna, new", (PARTNER, 2): "Berta"}


async def test_nothing_wanted_is_nothing_found(database: Database) -> None:
    async with database.tenant(1) as tx:
        assert await labels.resolve(tx, 7, {COUNTRY: []}, {}) == {}
        assert await labels.missing(tx, 7, COUNTRY, [], "contacts") == set()


async def test_more_names_than_a_statement_has_parameters_are_kept(database: Database) -> None:
    names = {number: f"Name {number}" for number in range(1, 40_001)}
    async with database.tenant(1) as tx:
        await labels.put(tx, 7, COUNTRY, names, NOW)
        assert await labels.missing(tx, 7, COUNTRY, range(1, 40_003), None) == {40_001, 40_002}
        assert await labels.known_ids(tx, 7, COUNTRY) == list(names)


async def test_another_tenant_sees_no_names(database: Database) -> None:
    async with database.tenant(1) as tx:
        await labels.put(tx, 7, COUNTRY, {1: "Peru"}, NOW)
    async with database.tenant(2) as tx:
        assert await labels.resolve(tx, 7, {COUNTRY: [1]}, {}) == {}
