from __future__ import annotations

from datetime import timedelta
from itertools import chain
from random import Random
from typing import Any

import pytest

from odoosync.db import Database
from odoosync.store import reading, writing
from odoosync.store.ordering import SORTABLE, Order, Place
from odoosync.store.reading import Query
from odoosync.store.rows import Row, encode
from pages import NOW

COLUMNS = sorted(SORTABLE)
TEXTS = [None, "", "a", "B", "b", "ä", "Zoë", "z" * 499 + "1", "z" * 499 + "2", "\U0001f600", "~"]
DATES = [None, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]


def some_rows(count: int) -> list[Row]:
    chance = Random(7)
    return [
        Row(
            odoo_id=odoo_id,
            data={"odoo_id": odoo_id},
            name=chance.choice(TEXTS),
            email=chance.choice(TEXTS),
            reference=chance.choice(TEXTS),
            barcode=chance.choice(TEXTS),
            active=chance.random() < 0.5,
            write_date=chance.choice(DATES),
        )
        for odoo_id in range(1, count + 1)
    ]


async def written(database: Database, rows: list[Row]) -> dict[int, dict[str, Any]]:
    """Write rows at three moments; return the values of each by its id."""
    values = {}
    for part in range(3):
        moment = NOW + timedelta(seconds=part)
        async with database.tenant(1) as tx:
            await writing.write_page(tx, 7, "contacts", map(encode, rows[part::3]), now=moment)
        for row in rows[part::3]:
            values[row.odoo_id] = row._asdict() | {
                "odoo_write_date": row.write_date,
                "synced_at": moment,
            }
    return values


async def pages(database: Database, order: Order, limit: int) -> list[list[int]]:
    query, found, after = Query(7, "contacts", order=order), [], None
    async with database.tenant(1, write=False) as tx:
        while page := await reading.read_page(tx, query, limit=limit, after=after):
            found.append([record.odoo_id for record in page])
            after = Place(page[-1].odoo_id, page[-1].place)
    return found


@pytest.mark.parametrize("descending", [False, True])
async def test_pages_in_any_order_neither_skip_nor_repeat(
    database: Database, *, descending: bool
) -> None:
    values = await written(database, some_rows(60))
    for column in COLUMNS:
        there = {key: one[column] for key, one in values.items() if one[column] is not None}
        by_value = sorted(there, key=lambda key: (there[key], key), reverse=descending)
        without = sorted(values.keys() - there.keys(), reverse=descending)
        found = await pages(database, Order(column, descending=descending), limit=7)
        assert [len(page) for page in found] == [7] * 8 + [4]
        assert (column, list(chain.from_iterable(found))) == (column, [*by_value, *without])


async def test_what_changes_between_two_pages_moves_no_other_record(database: Database) -> None:
    rows = [Row(odoo_id, {}, name=name) for odoo_id, name in enumerate("abcdef", 1)]
    await written(database, rows)
    query = Query(7, "contacts", order=Order("name"))
    async with database.tenant(1) as tx:
        first = await reading.read_page(tx, query, limit=3)
        moved = [encode(Row(1, {}, name="z")), encode(Row(9, {}, name="aa"))]
        await writing.write_page(tx, 7, "contacts", moved, now=NOW)
        after = Place(first[-1].odoo_id, first[-1].place)
        second = await reading.read_page(tx, query, limit=9, after=after)
    assert [one.odoo_id for one in [*first, *second]] == [1, 2, 3, 4, 5, 6, 1]
