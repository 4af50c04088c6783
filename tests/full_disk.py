"""A disk without room, as each database tells of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import create_async_engine

from odoosync.db import Database
from odoosync.db.engine import async_url

_ROOM = 40
"""Pages: enough to write down that a run failed, and too few for its rows."""


@asynccontextmanager
async def full_disk(database: Database) -> AsyncIterator[None]:
    """Let no rows of copies be stored meanwhile."""
    fill = _fill_sqlite if database.dialect == "sqlite" else _fill_postgresql
    async with fill(database):
        yield


@asynccontextmanager
async def _fill_sqlite(database: Database) -> AsyncIterator[None]:
    async with database.system(write=False) as tx:
        pages = await tx.scalar(text("PRAGMA page_count"))

    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + _ROOM}")

    engine = database.engine.sync_engine
    event.listen(engine, "connect", limit)
    await database.engine.dispose()
    yield
    event.remove(engine, "connect", limit)
    await database.engine.dispose()


@asynccontextmanager
async def _fill_postgresql(database: Database) -> AsyncIterator[None]:
    """Raise what the server raises when a table cannot grow."""
    owner = create_async_engine(async_url(database.url))
    async with owner.begin() as connection:
        await connection.execute(
            text(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
            )
        )
        await connection.execute(
            text(
                "CREATE TRIGGER no_room BEFORE INSERT ON records"
                " FOR EACH ROW EXECUTE FUNCTION no_room()"
            )
        )
    yield
    async with owner.begin() as connection:
        await connection.execute(text("DROP TRIGGER no_room ON records"))
    await owner.dispose()
