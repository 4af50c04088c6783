"""SQLite's log: long ones are copied into the file beside whoever writes."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from odoosync.db import Database, open_database
from odoosync.db.wal import LONG, PAGE, is_long

MUCH = LONG * PAGE + 8_000_000


async def _write(database: Database, size: int) -> None:
    async with database.system() as tx:
        await tx.execute(text("CREATE TABLE IF NOT EXISTS filler (value BLOB)"))
        await tx.execute(text("INSERT INTO filler VALUES (zeroblob(:size))"), {"size": size})


def _size(file: Path) -> int:
    return file.stat().st_size


async def test_a_long_log_is_copied_while_somebody_writes_and_begins_anew(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    await _write(database, MUCH)
    assert is_long(file)
    assert _size(file) < MUCH
    async with database.system() as tx:
        await tx.execute(text("DELETE FROM filler"))
        await database.shorten_log()
        assert _size(file) > MUCH
    await database.shorten_log()
    await _write(database, 1)
    assert not is_long(file)
    await database.close()


async def test_a_short_log_is_left_alone(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    before = _size(file)
    await _write(database, 1_000_000)
    await database.shorten_log()
    assert _size(file) == before
    await database.close()


async def test_only_sqlite_has_such_a_log(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await database.shorten_log()
    await database.close()
