from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy.exc import DBAPIError

from odoosync.db import Database
from odoosync.store import deletion, reading, writing
from odoosync.store.rows import Row, encode
from odoosync.store.writing import PageCounts

NOW = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def row(odoo_id: int, **data: Any) -> Row:
    name = data.setdefault("name", f"Name {odoo_id}")
    return Row(odoo_id=odoo_id, data=data, name=name, write_date=data.get("write_date"))


async def write(database: Database, *rows: Row, now: datetime = NOW) -> PageCounts:
    async with database.tenant(1) as tx:
        return await writing.write_page(tx, 7, "contacts", map(encode, rows), now=now)


async def stored(database: Database, odoo_id: int) -> reading.StoredRecord:
    async with database.tenant(1, write=False) as tx:
        found = await reading.get(tx, 7, "contacts", odoo_id, include_deleted=True)
    assert found is not None
    return found


async def test_a_page_counts_created_updated_and_unchanged(database: Database) -> None:
    assert await write(database, row(1), row(2)) == PageCounts(created=2)
    again = await write(database, row(1), row(2, city="Bern"), row(3), now=LATER)
    assert again == PageCounts(created=1, updated=1, unchanged=1)
    assert (await stored(database, 1)).synced_at == NOW
    assert (await stored(database, 2)).synced_at == LATER


async def test_what_was_written_is_what_is_read(database: Database) -> None:
    data = {
        "name": "Zoë 'quoted' \\ \t\n\"",
        "n": 1.5,
        "big": 2**40,
        "none": None,
        "l": [1],
        "b": 0,
    }
    await write(database, row(1, **data))
    assert orjson.loads((await stored(database, 1)).data) == data


async def test_a_cleared_field_is_cleared(database: Database) -> None:
    await write(database, row(1, phone="123"))
    assert (await write(database, row(1, phone=None))).updated == 1
    assert orjson.loads((await stored(database, 1)).data)["phone"] is None


async def test_a_moved_write_date_is_stored_but_is_no_change(database: Database) -> None:
    await write(database, row(1, write_date="2026-01-01 00:00:00"))
    counts = await write(database, row(1, write_date="2026-01-02 00:00:00"))
    found = await stored(database, 1)
    assert counts == PageCounts(unchanged=1)
    assert found.write_date == orjson.loads(found.data)["write_date"] == "2026-01-02 00:00:00"


@pytest.mark.parametrize("mark", [deletion.mark_deleted, deletion.mark_unreachable])
async def test_a_row_that_returns_counts_as_updated(database: Database, mark: Any) -> None:
    await write(database, row(1))
    async with database.tenant(1) as tx:
        assert await mark(tx, 7, "contacts", [1], NOW) == 1
    assert await write(database, row(1)) == PageCounts(updated=1)
    found = await stored(database, 1)
    assert (found.deleted_at, found.unreachable_at) == (None, None)


async def test_of_an_id_that_comes_twice_the_last_one_is_stored(database: Database) -> None:
    assert await write(database, row(1, n=1), row(1, n=2)) == PageCounts(created=1)
    assert orjson.loads((await stored(database, 1)).data)["n"] == 2


async def test_nul_characters_are_dropped(database: Database) -> None:
    await write(database, row(1, name="a\0b", note="\0")._replace(email="x\0@y", search="a\0"))
    assert orjson.loads((await stored(database, 1)).data) == {"name": "ab", "note": ""}


async def test_a_value_too_long_for_an_index_is_stored(database: Database) -> None:
    long = "é" * 100_000
    await write(database, row(1, email=long)._replace(email=long, barcode=long))
    assert orjson.loads((await stored(database, 1)).data)["email"] == long


async def test_two_pages_fit_in_one_transaction(database: Database) -> None:
    async with database.tenant(1) as tx:
        await writing.write_page(tx, 7, "contacts", [encode(row(1))], now=NOW)
        await writing.write_page(tx, 7, "products", [encode(row(1))], now=NOW)
        assert (await deletion.count_and_sum(tx, 7, "products")).count == 1


async def test_a_page_larger_than_any_limit_on_parameters_is_written(database: Database) -> None:
    counts = await write(database, *(row(number) for number in range(1, 70_001)))
    assert counts == PageCounts(created=70_000)


async def test_another_tenants_rows_cannot_be_overwritten(database: Database) -> None:
    await write(database, row(1))
    async with database.tenant(2) as tx:
        await writing.write_page(tx, 7, "contacts", [encode(row(1, name="Mallory"))], now=NOW)
    assert orjson.loads((await stored(database, 1)).data) == {"name": "Name 1"}


async def test_a_failed_page_leaves_nothing(database: Database) -> None:
    broken = row(2)._replace(odoo_id=2**70)
    with pytest.raises((DBAPIError, OverflowError, Exception)):
        await write(database, row(1), broken)
    async with database.tenant(1) as tx:
        assert (await deletion.count_and_sum(tx, 7, "contacts")).count == 0


async def test_a_patch_merges_fields_and_counts_what_differs(database: Database) -> None:
    await write(database, row(1, tags=[1]), row(2, tags=[2]))
    async with database.tenant(1) as tx:
        patches: dict[int, dict[str, Any]] = {1: {"tags": [1]}, 2: {"tags": [3]}, 9: {"tags": []}}
        assert await writing.patch_rows(tx, 7, "contacts", patches, now=LATER) == 1
    assert orjson.loads((await stored(database, 2)).data) == {"name": "Name 2", "tags": [3]}
    assert await write(database, row(2, tags=[3])) == PageCounts(unchanged=1)


async def test_a_patch_leaves_deleted_rows_alone(database: Database) -> None:
    await write(database, row(1))
    async with database.tenant(1) as tx:
        await deletion.mark_deleted(tx, 7, "contacts", [1], NOW)
        assert await writing.patch_rows(tx, 7, "contacts", {1: {"tags": [3]}}, now=LATER) == 0


async def test_a_patch_takes_promoted_values_anew(database: Database) -> None:
    def made(odoo_id: int, data: dict[str, Any]) -> Row:
        return Row(odoo_id=odoo_id, data=data, search=str(data["code"]))

    await write(database, row(1))
    async with database.tenant(1) as tx:
        patch = {1: {"code": "x17"}}
        await writing.patch_rows(tx, 7, "contacts", patch, make_row=made, now=LATER)
        found = await reading.read_page(tx, reading.Query(7, "contacts", search="X17"), limit=5)
    assert [record.odoo_id for record in found] == [1]
