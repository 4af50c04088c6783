"""The tables of the engine that once started attempts go with an upgrade; others' stay."""

from __future__ import annotations

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine

from databases import new_database
from odoosync.db.engine import async_url
from odoosync.migrations import upgrade
from odoosync.migrations.upgrade import _config


@pytest.fixture
def old_url(postgres_server: str) -> str:
    """A database of the last version that had an engine beside it."""
    url = new_database(postgres_server)
    engine = create_engine(async_url(url))
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0022")
    engine.dispose()
    return url


@pytest.mark.parametrize(("workflow", "stays"), [("attempt", False), ("another's", True)])
def test_the_engines_schema_goes_unless_it_is_somebody_elses(
    old_url: str, workflow: str, *, stays: bool
) -> None:
    with psycopg.connect(old_url) as connection:
        connection.execute("CREATE SCHEMA dbos")
        connection.execute("CREATE TABLE dbos.workflow_status (name text)")
        connection.execute("INSERT INTO dbos.workflow_status VALUES (%s)", [workflow])
    upgrade(old_url)
    with psycopg.connect(old_url) as connection:
        found = connection.execute("SELECT FROM pg_namespace WHERE nspname = 'dbos'").fetchall()
    assert bool(found) is stays
