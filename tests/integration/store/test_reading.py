from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from odoosync.db import Database
from odoosync.store import deletion, reading
from odoosync.store.filtering import Filter, UnknownFilter
from odoosync.store.ordering import Place
from odoosync.store.reading import Query
from pages import NOW, row, write

KINDS = {
    "name": "char",
    "email": "char",
    "city": "char",
    "active": "boolean",
    "is_company": "boolean",
    "list_price": "float",
    "color": "integer",
    "parent_id": "many2one",
    "tags": "many2many",
    "date": "date",
    "write_date": "datetime",
    "properties": "properties",
}
ANNA = row(
    1,
    name="Anna Ölander",
    email="anna@example.org",
    city="Bern",
    is_company=False,
    list_price=9.95,
    color=0,
    parent_id=3,
    tags=[4, 5],
    date="2026-01-31",
    write_date="2026-01-01 00:00:00",
    properties=[{"a": 1}],
)
ZERO = row(
    2,
    name="100% Zero_",
    email=None,
    city=None,
    is_company=True,
    list_price=100,
    color=10,
    parent_id=None,
    tags=[],
    date=None,
    active=False,
    write_date=None,
)
BARE = row(3, name="ärmel", city="BERN", list_price=-1.5, tags=[5])


@pytest.fixture
async def three(database: Database) -> Database:
    await write(database, [ANNA, ZERO, BARE])
    return database


async def ids(database: Database, **asked: Any) -> list[int]:
    query = replace(Query(7, "contacts", kinds=KINDS, columns={"email": "email"}), **asked)
    async with database.tenant(1, write=False) as tx:
        found = [record.odoo_id for record in await reading.read_page(tx, query, limit=10)]
        assert await reading.count(tx, query) == len(found)
    return found


FOUND = [
    ("odoo_id", "gte", 2, [2, 3]),
    ("id", "in", [1, 3, 99], [1, 3]),
    ("city", "eq", "Bern", [1]),
    ("city", "ne", "Bern", [2, 3]),
    ("city", "in", ["Bern", "BERN"], [1, 3]),
    ("city", "in", [], []),
    ("city", "contains", "ber", [1, 3]),
    ("city", "isnull", True, [2]),
    ("city", "isnull", False, [1, 3]),
    ("city", "gt", "BERN", [1]),
    ("name", "contains", "ÖLANDER", [1]),
    ("name", "contains", "%", [2]),
    ("name", "contains", "_", [2]),
    ("email", "eq", "anna@example.org", [1]),
    ("email", "in", ["anna@example.org", "x"], [1]),
    ("email", "isnull", True, [2, 3]),
    ("is_company", "eq", False, [1]),
    ("is_company", "ne", True, [1, 3]),
    ("is_company", "isnull", True, [3]),
    ("active", "eq", False, [2]),
    ("list_price", "eq", 9.95, [1]),
    ("list_price", "gt", 9, [1, 2]),
    ("list_price", "lt", 9.95, [3]),
    ("list_price", "in", [100, -1.5], [2, 3]),
    ("color", "eq", 0, [1]),
    ("color", "isnull", True, [3]),
    ("parent_id", "eq", 3, [1]),
    ("parent_id", "isnull", True, [2, 3]),
    ("tags", "eq", 5, [1, 3]),
    ("tags", "ne", 4, [2, 3]),
    ("tags", "in", [4, 9], [1]),
    ("tags", "isnull", True, [2]),
    ("date", "lte", "2026-01-31", [1]),
    ("date", "gt", "2026-01-31", []),
    ("write_date", "gte", "2025-12-31 00:00:00", [1]),
    ("write_date", "isnull", True, [2, 3]),
    ("properties", "isnull", False, [1]),
]


async def test_a_filter_finds(three: Database) -> None:
    for field, op, value, expected in FOUND:
        found = await ids(three, filters=(Filter(field, op, value),))
        assert (field, op, value, found) == (field, op, value, expected)


async def test_filters_are_joined_by_and(three: Database) -> None:
    both = (Filter("city", "contains", "bern"), Filter("tags", "eq", 4))
    assert await ids(three, filters=both) == [1]


async def test_a_text_that_looks_like_sql_is_a_text(three: Database) -> None:
    assert await ids(three, filters=(Filter("city", "eq", "' OR 1=1 --"),)) == []


ODD_TEXTS = ["'; --", "a,b", '"', "\\", "%s", "{}", "NULL", "null", "", " x ", "\n", ":p", "日本"]


async def test_each_of_many_odd_texts_is_found(database: Database) -> None:
    await write(database, [row(number, city=text) for number, text in enumerate(ODD_TEXTS)])
    for number, text in enumerate(ODD_TEXTS):
        assert await ids(database, filters=(Filter("city", "in", [text, "x"]),)) == [number]
    found = await ids(database, filters=(Filter("city", "in", ODD_TEXTS[:10]),))
    assert found == list(range(10))


MANY = [("city", "Bern"), ("email", "anna@example.org"), ("list_price", 9.95), ("color", 0)]
MANY += [("parent_id", 3), ("tags", 4), ("odoo_id", 1)]


@pytest.mark.parametrize(("field", "value"), MANY)
async def test_a_thousand_values_are_looked_for_at_once(
    three: Database, field: str, value: Any
) -> None:
    others = ["x"] * 999 if isinstance(value, str) else range(1000, 1999)
    assert await ids(three, filters=(Filter(field, "in", [*others, value]),)) == [1]


async def test_a_field_is_read_once_however_many_values_it_is_compared_with(
    three: Database,
) -> None:
    asked = Filter("list_price", "in", [float(number) for number in range(1000)])
    async with three.tenant(1, write=False) as tx:
        query = Query(7, "contacts", (asked,), kinds=KINDS)
        statement = str(reading.count_statement(tx, query).compile(tx.connection.engine))
    assert statement.count("json") <= 4


async def test_a_value_longer_than_the_promoted_column_is_found(database: Database) -> None:
    long = "x" * 600
    await write(database, [row(1, email=long), row(2, email=long + "y")])
    assert await ids(database, filters=(Filter("email", "eq", long + "y"),)) == [2]


async def test_an_unknown_field_names_the_known_ones(three: Database) -> None:
    with pytest.raises(UnknownFilter, match=r"no field 'nope'.*city"):
        await ids(three, filters=(Filter("nope", "eq", 1),))


async def test_an_unknown_operator_names_the_known_ones(three: Database) -> None:
    with pytest.raises(UnknownFilter, match="eq, ne, isnull"):
        await ids(three, filters=(Filter("is_company", "like", "x"),))


SEARCHED = {
    "anna": [1],
    "ÖLANDER anna": [1],
    "ÄRMEL": [3],
    "100%": [2],
    "%": [2],
    "zero_": [2],
    "anna zero": [],
    "  ": [1, 2, 3],
    "EXAMPLE.org": [1],
}


async def test_a_search_finds_all_its_words(three: Database) -> None:
    assert {words: await ids(three, search=words) for words in SEARCHED} == SEARCHED


ODD_NAMES = ("x_Note", "x_note", 'x"quoted', "x'; --", "x.$[0]", "größe")


@pytest.mark.parametrize("name", ODD_NAMES)
async def test_a_search_looks_into_the_fields_it_is_given(database: Database, name: str) -> None:
    rows = [row(1, name="Anna", **{name: "Großer Ölhafen"}), row(2, name="Bert", **{name: None})]
    await write(database, [*rows, row(3, name="Anna", x_other="Ölhafen")])
    for words in ("ölhafen", "GROSSER anna", "öl ÖLH a"):
        assert await ids(database, search=words, searched=ODD_NAMES) == [1]
    assert await ids(database, search="ölhafen bert", searched=ODD_NAMES) == []
    assert await ids(database, search="ölhafen") == []


async def test_a_search_of_many_words_in_many_fields_is_answered(three: Database) -> None:
    words = " ".join(chr(0x4E00 + number) for number in range(100))
    assert await ids(three, search=words, searched=[f"x_{number}" for number in range(600)]) == []


async def test_a_statement_does_not_grow_by_words_times_fields(three: Database) -> None:
    words = " ".join(chr(0x4E00 + number) for number in range(100))
    query = Query(7, "contacts", search=words, searched=[f"x_{number}" for number in range(600)])
    async with three.tenant(1, write=False) as tx:
        statement = reading.page_statement(tx, query, limit=10)
        assert len(statement.compile(dialect=tx.connection.dialect).params) < 1000


async def test_pages_follow_each_other_by_id(three: Database) -> None:
    query = Query(7, "contacts")
    async with three.tenant(1) as tx:
        first = await reading.read_page(tx, query, limit=2)
        second = await reading.read_page(tx, query, limit=2, after=Place(first[-1].odoo_id))
    assert [record.odoo_id for record in [*first, *second]] == [1, 2, 3]


async def test_gone_rows_are_shown_only_when_asked_for(three: Database) -> None:
    async with three.tenant(1) as tx:
        await deletion.mark_deleted(tx, 7, "contacts", [1], NOW)
        await deletion.mark_unreachable(tx, 7, "contacts", [2], NOW)
        assert await reading.get(tx, 7, "contacts", 1) is None
    assert await ids(three) == [3]
    assert await ids(three, include_deleted=True) == [1, 2, 3]


async def test_a_record_says_when_it_was_stored_and_written(three: Database) -> None:
    async with three.tenant(1) as tx:
        found = await reading.get(tx, 7, "contacts", 1)
    assert found is not None
    assert (found.synced_at, found.write_date) == (NOW, "2026-01-01 00:00:00")
    assert orjson.loads(found.data) == ANNA.data


async def test_other_tenants_connections_and_datasets_are_not_seen(three: Database) -> None:
    assert await ids(three, connection_id=8) == []
    assert await ids(three, dataset="products") == []
    async with three.tenant(2) as tx:
        assert await reading.read_page(tx, Query(7, "contacts"), limit=10) == []


@pytest.mark.parametrize(
    ("part", "expected"), [("ISTAN", [1]), ("STRASSE", [2]), ("straße", [2]), ("", [1, 2])]
)
async def test_case_means_the_same_to_both_databases(
    database: Database, part: str, expected: list[int]
) -> None:
    await write(database, [row(1, city="İstanbul"), row(2, city="Lange Straße")])
    assert await ids(database, filters=(Filter("city", "contains", part),)) == expected
