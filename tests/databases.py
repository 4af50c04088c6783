"""Every tier but `unit` runs on both databases: `database_url` is parametrised over them.

Each test gets a fresh, migrated database: a copied file, or a database made from a template.
"""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

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


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    name = f"odoosync_test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        # Copied as files: three times as fast as through the log, where nothing is synced to disk.
        copied = "STRATEGY FILE_COPY" if connection.info.server_version >= _KNOWS_STRATEGY else ""
        connection.execute(
            f'CREATE DATABASE "{name}" TEMPLATE "{postgres_template}" {copied}'.encode()
        )
    yield with_database(postgres_server, name)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        _wait_until_left(connection, name)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def _wait_until_left(connection: psycopg.Connection, name: str) -> None:
    """Give closed connections a moment to end: a drop that meets one waits a tenth of a second."""
    for _ in range(20):
        in_it = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        if connection.execute(in_it, (name,)).fetchone() == (0,):
            return
        time.sleep(0.002)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database, once on each dialect."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url)
    yield opened
    await opened.close()
