"""One PostgreSQL database for all tests of a process, emptied after each.

Making a database takes ten times as long as emptying one. One whose schema a test has changed, that
has grown, or that the server has gathered statistics of, is made anew: no test sees another one's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import Connection, sql

_GROWN = 1 << 20
_CATALOGS = (
    *("pg_attribute", "pg_class", "pg_constraint", "pg_index", "pg_namespace", "pg_policy"),
    *("pg_proc", "pg_trigger", "pg_type", "pg_attrdef"),
)
_MARKS = " UNION ALL ".join(
    f"SELECT '{name}', count(*), max(xmin::text::bigint) FROM {name}" for name in _CATALOGS
)
_TABLES = (
    f"SELECT relname, (reltuples >= 0 OR pg_relation_size(oid) > {_GROWN}) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname"
)
_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_FROM_THE_START = "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence"


@dataclass
class Emptied:
    """A database, and what it was like before any test: its schema, and the rows it began with.

    The connection stays open, for one that is warm takes a third of the time.
    """

    url: str
    connection: Connection = field(init=False)
    mark: list[Any] = field(init=False)
    tables: list[Any] = field(init=False)
    rows: dict[str, list[Any]] = field(init=False)

    def __post_init__(self) -> None:
        self.connection = psycopg.connect(self.url, autocommit=True)
        self.mark, self.tables = self._look()
        self.rows = {name: self._all_of(name) for name, _ in self.tables}

    def empty(self) -> bool:
        """Make it what it was; False where rows are not all that has changed."""
        try:
            return self._empty()
        except psycopg.OperationalError:  # a test has ended all connections, this one among them
            self.close()
            self.connection = psycopg.connect(self.url, autocommit=True)
            return self._empty()

    def close(self) -> None:
        self.connection.close()

    def _empty(self) -> bool:
        self.connection.execute(_OTHERS)
        if self._look() != (self.mark, self.tables):
            return False
        with self.connection.transaction():
            # No trigger: the audit trail, for one, lets nobody delete anything.
            self.connection.execute("SET LOCAL session_replication_role = replica")
            self.connection.execute(_deletion(self.rows))
            for name, rows in self.rows.items():
                self._insert(name, rows)
            self.connection.execute(_FROM_THE_START)
        return True

    def _look(self) -> tuple[list[Any], list[Any]]:
        """Return what changes with the schema; and the tables, with what the planner knows."""
        marks = self.connection.execute(_MARKS.encode()).fetchall()
        return marks, self.connection.execute(_TABLES).fetchall()

    def _all_of(self, table: str) -> list[Any]:
        everything = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
        return self.connection.execute(everything).fetchall()

    def _insert(self, table: str, rows: list[Any]) -> None:
        for row in rows:
            values = sql.SQL(", ").join(sql.Placeholder() * len(row))
            insert = sql.SQL("INSERT INTO {} VALUES ({})").format(sql.Identifier(table), values)
            self.connection.execute(insert, row)


def _deletion(tables: Iterable[str]) -> sql.Composed:
    deletions = (sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in tables)
    return sql.SQL("; ").join(deletions)
