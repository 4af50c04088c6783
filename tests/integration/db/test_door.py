from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, text

from odoosync.accounts.tables import tenants
from odoosync.db import Database, DoorError, is_tenant_table, open_database
from odoosync.store.tables import labels
from odoosync.tables import metadata
from waiting import PATIENCE_S

NOW = datetime(2026, 1, 31, 12, 0, 0, 123456, tzinfo=UTC)


def _label(odoo_id: int) -> dict[str, Any]:
    place = {"connection_id": 1, "model": "res.country", "odoo_id": odoo_id}
    return place | {"name": "Belgium", "refreshed_at": NOW}


async def _two_tenants(database: Database) -> None:
    async with database.system() as tx:
        for number in (1, 2):
            await tx.execute(tenants.insert().values(id=number, name="t", created_at=NOW))
    for number in (1, 2):
        async with database.tenant(number) as tx:
            await tx.insert(labels, _label(number))


async def test_a_tenant_sees_its_own_rows_only(database: Database) -> None:
    await _two_tenants(database)
    async with database.tenant(2) as tx:
        rows = await tx.all(tx.select(labels))
    assert [(row.tenant_id, row.odoo_id, row.refreshed_at) for row in rows] == [(2, 2, NOW)]


async def test_a_statement_without_its_tenant_is_refused(database: Database) -> None:
    async with database.tenant(1) as tx:
        with pytest.raises(DoorError):
            await tx.execute(select(labels))
        with pytest.raises(DoorError):
            await tx.execute(select(labels).where(labels.c.tenant_id == 2))
        with pytest.raises(DoorError):
            await tx.execute(labels.delete())


async def test_a_row_of_another_tenant_cannot_be_written(database: Database) -> None:
    async with database.tenant(1) as tx:
        with pytest.raises(DoorError):
            await tx.execute(labels.insert().values(tenant_id=2, **_label(1)))


async def _delete_and_fail(database: Database) -> None:
    async with database.tenant(1) as tx:
        await tx.execute(tx.delete(labels))
        raise RuntimeError


async def test_an_exception_rolls_the_transaction_back(database: Database) -> None:
    await _two_tenants(database)
    with pytest.raises(RuntimeError):
        await _delete_and_fail(database)
    async with database.tenant(1) as tx:
        assert len(await tx.all(tx.select(labels))) == 1


async def test_a_join_is_held_by_one_tenant_comparison(database: Database) -> None:
    await _two_tenants(database)
    other = labels.alias()
    joined = select(labels.c.odoo_id).join(other, other.c.tenant_id == labels.c.tenant_id)
    async with database.tenant(1) as tx:
        rows = await tx.all(joined.where(labels.c.tenant_id == 1))
        with pytest.raises(DoorError):
            await tx.all(joined)
    assert len(rows) == 1


async def test_postgresql_shows_no_row_of_any_tenant_table_without_a_tenant(
    postgres_url: str,
) -> None:
    database = open_database(postgres_url)
    await _two_tenants(database)
    async with database.engine.connect() as connection:
        role = (await connection.execute(text("SELECT current_user"))).scalar()
        assert role == "odoosync_app"
        for table in metadata.tables.values():
            if is_tenant_table(table):
                assert (await connection.execute(select(table))).all() == []
    await database.close()


async def test_every_table_on_postgresql_is_protected_or_known_to_need_none(
    postgres_url: str,
) -> None:
    database = open_database(postgres_url)
    query = text(
        "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
        "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    async with database.engine.connect() as connection:
        forced = {name: flag for name, flag in await connection.execute(query)}  # noqa: C416
    await database.close()
    unprotected = {name for name, flag in forced.items() if not flag}
    open_to_all = {"tenants", "workers", "alembic_version", "audit_horizon", "change_clock"}
    open_to_all |= {"secret_keys"}
    assert unprotected == open_to_all
    assert set(forced) - unprotected == {
        name for name, table in metadata.tables.items() if is_tenant_table(table)
    }


async def test_a_task_cancelled_within_its_transaction_frees_the_database_at_once(
    database: Database,
) -> None:
    await _two_tenants(database)
    numbers = count(3)

    async def write_for_ever() -> None:
        while True:
            async with database.tenant(1) as tx:
                await tx.insert(labels, _label(next(numbers)))
                await tx.all(tx.select(labels))

    held: list[object] = []  # as whoever looks at the outcome of a task does
    for turn in range(50):
        task = asyncio.create_task(write_for_ever())
        await asyncio.sleep(turn / 5_000)
        task.cancel()
        held += await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(PATIENCE_S), database.tenant(2) as tx:
            await tx.insert(labels, _label(next(numbers)))
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in held)
