"""Every tier but `unit` runs on both databases: `database_url` is parametrised over them.

Each test gets a fresh, migrated database: a copied file, or a database that is emptied afterwards.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from sqlalchemy.engine import Dialect, make_url

from emptying import Emptied
from odoosync.db import Database, open_database
from odoosync.migrations import upgrade
from postgres import running_postgres

_KNOWS_STRATEGY = 150_000
"""From PostgreSQL 15 on, in the numbers of its own."""


def with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def new_database(server: str) -> str:
    """Make an empty database on the server and return its URL."""
    name = f"odoosync_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return with_database(server, name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server whose login may create databases and roles."""
    named = os.environ.get("ODOOSYNC_TEST_POSTGRES_URL")
    if named:
        yield named
        return
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated database that others are copied from."""
    name = f"odoosync_template_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    upgrade(with_database(postgres_server, name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that others are copied from."""
    path = tmp_path_factory.mktemp("template") / "odoosync.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "odoosync.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@dataclass
class SharedPostgres:
    """The database that the tests of this process have one after the other."""

    server: str
    template: str
    name: str = field(default_factory=lambda: f"odoosync_test_{uuid.uuid4().hex[:12]}")
    _made: Emptied | None = None

    @property
    def url(self) -> str:
        return with_database(self.server, self.name)

    def clean(self) -> None:
        """Make it as fresh as the template: empty it, or make it anew."""
        if self._made is None or not self._made.empty():
            self.close()
            self._copy_template()
            self._made = Emptied(self.url)

    def close(self) -> None:
        if self._made is not None:
            self._made.close()

    def _copy_template(self) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)'.encode())
            # Copied as files: faster than through the log, where nothing is synced to disk.
            knows = connection.info.server_version >= _KNOWS_STRATEGY
            copied = "STRATEGY FILE_COPY" if knows else ""
            connection.execute(
                f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}" {copied}'.encode()
            )


@pytest.fixture(scope="session")
def shared_postgres(postgres_server: str, postgres_template: str) -> Iterator[SharedPostgres]:
    shared = SharedPostgres(postgres_server, postgres_template)
    yield shared
    shared.close()


@pytest.fixture
def postgres_url(shared_postgres: SharedPostgres) -> str:
    shared_postgres.clean()
    return shared_postgres.url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without a schema, once on each dialect: for upgrades."""
    if request.param == "postgresql":
        return new_database(request.getfixturevalue("postgres_server"))
    return f"sqlite:///{tmp_path / 'old.sqlite3'}"


@pytest.fixture
async def loops_only(postgres_url: str) -> AsyncIterator[Database]:
    """A PostgreSQL that joins by nested loops, and runs what is in them again for each row."""
    ways = ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize")
    options = quote(" ".join(f"-c enable_{way}=off" for way in ways))
    opened = open_database(f"{postgres_url}?options={options}")
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database, once on each dialect."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    share_statements(opened)
    yield opened
    await opened.close()


_compiled: dict[str, tuple[Dialect, dict[Any, Any]]] = {}


def share_statements(opened: Database) -> None:
    """Let it use what others in this process have compiled: that takes longer than the statements.

    What is compiled belongs to a dialect.
    """
    engine = opened.engine.sync_engine
    engine.dialect, cache = _compiled.setdefault(engine.dialect.name, (engine.dialect, {}))
    engine.update_execution_options(compiled_cache=cache)
