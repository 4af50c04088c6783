"""A database that took long to fill, kept as it is: the next tests of the process begin with it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql

_TABLES = (
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
_SEQUENCES = (
    "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences "
    "WHERE last_value IS NOT NULL"
)


class Snapshot(Protocol):
    def restore(self, url: str) -> None:
        """Fill a database that is fresh, and that nobody has open."""


def take_snapshot(url: str, folder: Path) -> Snapshot:
    """Keep all that is in a database now; a file of it may be put into the folder."""
    return _File.of(url, folder) if url.startswith("sqlite:") else _Rows.of(url)


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@dataclass(frozen=True)
class _File:
    path: Path

    @classmethod
    def of(cls, url: str, folder: Path) -> _File:
        path = folder / "snapshot.sqlite3"
        with closing(sqlite3.connect(_path(url))) as source, closing(sqlite3.connect(path)) as kept:
            source.backup(kept)
        return cls(path)

    def restore(self, url: str) -> None:
        assert not Path(f"{_path(url)}-wal").exists(), "somebody has the database open"
        shutil.copy(self.path, _path(url))


@dataclass(frozen=True)
class _Rows:
    """Rows by table, as COPY writes them, and where the sequences stand."""

    tables: dict[str, bytes]
    sequences: list[tuple[Any, ...]]

    @classmethod
    def of(cls, url: str) -> _Rows:
        with psycopg.connect(url) as connection:
            names = [name for (name,) in connection.execute(_TABLES).fetchall()]
            rows = {name: _copied(connection, name) for name in names}
            sequences = connection.execute(_SEQUENCES).fetchall()
        return cls({name: lines for name, lines in rows.items() if lines}, sequences)

    def restore(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            # No trigger, and no order among the tables.
            connection.execute("SET LOCAL session_replication_role = replica")
            for name, lines in self.tables.items():
                place = sql.Identifier(name)
                connection.execute(sql.SQL("DELETE FROM {}").format(place))
                copy_in = sql.SQL("COPY {} FROM STDIN").format(place)
                with connection.cursor().copy(copy_in) as copying:
                    copying.write(lines)
            for name, value in self.sequences:
                connection.execute("SELECT setval(%s, %s)", (name, value))


def _copied(connection: psycopg.Connection, table: str) -> bytes:
    copy_out = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
    with connection.cursor().copy(copy_out) as copying:
        return b"".join(bytes(part) for part in copying)
