"""Connections to PostgreSQL that their server ended, as a restart does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from odoosync.db import Database, engine, open_database

_END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = open_database(postgres_url)
    yield opened
    await opened.close()


async def _ask(database: Database) -> int:
    async with database.system() as tx:
        return int(await tx.scalar(text("SELECT 1")))


async def _ask_and_lose_it(database: Database, url: str) -> None:
    assert await _ask(database) == 1
    with psycopg.connect(url, autocommit=True) as operator:
        operator.execute(_END_OTHERS)


async def test_one_that_rested_is_replaced_before_it_is_used(
    database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PING_AFTER_S", 0.0)
    await _ask_and_lose_it(database, postgres_url)
    assert await _ask(database) == 1


async def test_one_that_was_just_used_fails_once(
    database: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PING_AFTER_S", 1e9)
    await _ask_and_lose_it(database, postgres_url)
    with pytest.raises(OperationalError):
        await _ask(database)
    assert await _ask(database) == 1
