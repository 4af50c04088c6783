"""One tenant's statements and transactions, where a database is opened with a share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from odoosync.db import Database, QueryTooSlow, Share, TooManyAtOnce, open_database
from waiting import PATIENCE_S

ENDLESS = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
)
SHORT = Share(statement_s=0.2, at_once=2, patience_s=0.2)


@pytest.fixture
async def shared(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url, share=SHORT)
    yield opened
    await opened.close()


async def _read_endlessly(database: Database, tenant_id: int, *, write: bool = False) -> None:
    async with database.tenant(tenant_id, write=write) as tx:
        await tx.execute(ENDLESS)


@pytest.mark.parametrize("write", [False, True])
async def test_a_statement_without_end_is_ended(shared: Database, *, write: bool) -> None:
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(QueryTooSlow):
            await _read_endlessly(shared, 1, write=write)


async def test_the_same_connection_goes_on_after_it(shared: Database) -> None:
    async with shared.tenant(1, write=False) as tx:
        with pytest.raises(QueryTooSlow):
            await _read_endlessly(shared, 2)
        assert await tx.scalar(text("SELECT 1")) == 1
    async with shared.tenant(2, write=False) as tx:
        assert await tx.scalar(text("SELECT 1")) == 1


async def test_a_statement_that_ended_is_not_ended_later(shared: Database) -> None:
    async with shared.tenant(1, write=False) as tx:
        await tx.execute(text("SELECT 1"))
        await asyncio.sleep(2 * SHORT.statement_s)
        assert await tx.scalar(text("SELECT 2")) == 2


async def test_a_few_transactions_of_a_tenant_are_open_at_once(shared: Database) -> None:
    async with shared.tenant(1, write=False), shared.tenant(1, write=False):
        with pytest.raises(TooManyAtOnce) as refused:
            async with shared.tenant(1, write=False):
                pass
        async with shared.tenant(2, write=False), shared.system(write=False):
            pass
    assert refused.value.retry_after > 0
    async with shared.tenant(1, write=False), shared.tenant(1, write=False):
        pass


async def test_the_next_one_begins_when_one_ends(shared: Database) -> None:
    began = asyncio.Event()

    async def next_one() -> None:
        async with shared.tenant(1, write=False):
            began.set()

    async with shared.tenant(1, write=False):
        async with shared.tenant(1, write=False):
            task = asyncio.create_task(next_one())
            await asyncio.sleep(0)
            assert not began.is_set()
        async with asyncio.timeout(PATIENCE_S):
            await began.wait()
    await task


async def test_without_a_share_nothing_is_bounded(database: Database) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(2 * SHORT.at_once):
            await stack.enter_async_context(database.tenant(1, write=False))
