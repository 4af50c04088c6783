"""On PostgreSQL only leakproof comparisons use an index under row-level security: seen here."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Select, text

from odoosync.db import Database, Tx, open_database
from odoosync.store import reading
from odoosync.store.changes import Position, changes_statement, horizon_statement
from odoosync.store.filtering import Filter
from odoosync.store.ordering import Order, Place
from odoosync.store.reading import Query
from pages import row, write

KINDS = {"name": "char", "email": "char", "write_date": "datetime", "parent_id": "many2one"}
KEY = {"tenant_id", "connection_id", "dataset"}


@pytest.fixture
async def filled(postgres_url: str) -> AsyncIterator[Database]:
    """A few thousand rows of several connections, and the planner knows it."""
    database = open_database(postgres_url)
    for tenant in (1, 2):
        rows = [
            row(
                number,
                name=f"Name {number}",
                email=f"a{number}@example.org",
                write_date=f"2026-01-01 00:{number // 60 % 60:02}:{number % 60:02}",
            )
            for number in range(1, 1001)
        ]
        for dataset in ("contacts", "products"):
            await write(database, rows, tenant=tenant, dataset=dataset)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("ANALYZE records")
    yield database
    await database.close()


async def explain(tx: Tx, statement: Select[Any]) -> str:
    role = await tx.scalar(text("SELECT current_user"))
    assert role == "odoosync_app"
    compiled = statement.compile(
        dialect=tx.connection.dialect, compile_kwargs={"literal_binds": True}
    )
    rows = await tx.connection.exec_driver_sql(f"EXPLAIN {compiled}")
    return "\n".join(line for (line,) in rows)


def index_conditions(plan: str) -> str:
    return "\n".join(line for line in plan.splitlines() if "Index Cond" in line)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"search": "anna"},
        {"search": "anna", "searched": ["x_note", "x_Note"]},
        {"include_deleted": True},
        {"filters": (Filter("active", "eq", True),)},
        {"filters": (Filter("name", "contains", "anna"),)},
        {"filters": (Filter("parent_id", "eq", 3),)},
        {"filters": (Filter("write_date", "gte", "2026-01-01 00:59:00"),)},
        {"filters": (Filter("email", "eq", "a7@example.org"),)},
        {"filters": (Filter("odoo_id", "in", [1, 2, 3]),)},
        {"filters": (Filter("parent_id", "in", [1, 2, 3]),)},
        {"filters": (Filter("name", "in", ["Anna", "Berta"]),)},
        {"filters": (Filter("email", "in", ["a7@example.org", "a8@example.org"]),)},
        {"order": Order("name")},
        {"order": Order("odoo_write_date", descending=True)},
    ],
)
async def test_every_list_query_goes_through_a_key_index(
    filled: Database, asked: dict[str, Any]
) -> None:
    query = Query(7, "contacts", kinds=KINDS, columns={"email": "email"}, **asked)
    async with filled.tenant(1) as tx:
        for statement in (
            reading.page_statement(tx, query, limit=100),
            reading.page_statement(tx, query, limit=100, after=Place(900)),
            reading.count_statement(tx, query),
        ):
            plan = await explain(tx, statement)
            assert "Seq Scan" not in plan, plan
            assert all(column in index_conditions(plan) for column in KEY), plan


async def test_a_page_deep_down_starts_at_its_key(filled: Database) -> None:
    async with filled.tenant(1) as tx:
        statement = reading.page_statement(tx, Query(7, "contacts"), limit=100, after=Place(900))
        assert "odoo_id > 900" in index_conditions(await explain(tx, statement))


@pytest.mark.parametrize(("op", "value"), [("eq", "a7@example.org"), ("in", ["a7@example.org"])])
async def test_a_lookup_by_a_promoted_value_uses_its_index(
    filled: Database, op: str, value: Any
) -> None:
    asked = (Filter("email", op, value),)
    query = Query(7, "contacts", asked, kinds=KINDS, columns={"email": "email"})
    async with filled.tenant(1) as tx:
        plan = await explain(tx, reading.page_statement(tx, query, limit=100))
    assert "ix_records_email" in plan


async def test_before_the_first_analyze_rows_are_looked_up_by_their_whole_key(
    postgres_url: str,
) -> None:
    database = open_database(postgres_url)
    await write(database, [row(number) for number in range(1, 2001)])
    asked = (Filter("odoo_id", "eq", 7),)
    async with database.tenant(1) as tx:
        statement = reading.page_statement(tx, Query(7, "contacts", asked), limit=100)
        plan = await explain(tx, statement)
    await database.close()
    assert "pk_records" in plan
    assert "odoo_id = 7" in index_conditions(plan)


async def test_the_change_feed_goes_along_its_index(filled: Database) -> None:
    async with filled.tenant(1) as tx:
        last = await explain(tx, horizon_statement(tx))
        statement = changes_statement(
            tx, Position(3, 900), connection_ids=[7], datasets=None, limit=100
        )
        plan = await explain(tx, statement)
    assert "ix_records_changes" in plan
    assert "ix_records_changes" in last
    assert "Sort" not in plan + last
