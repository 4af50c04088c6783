"""A database of the first schema keeps its history when the audit trail takes over."""

from __future__ import annotations

import pytest
from alembic import command
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection

from odoosync.accounts.audit_query import AuditFilter, newest
from odoosync.db import open_database
from odoosync.db.engine import async_url, set_sqlite_pragmas
from odoosync.migrations import upgrade
from odoosync.migrations.upgrade import _config
from odoosync.sync import runs

WHEN = "2026-01-31 12:00:00.000000"
OLD = (
    f"INSERT INTO tenants (id, name, created_at) VALUES (1, 'anna', '{WHEN}')",
    (
        "INSERT INTO users (tenant_id, id, username, password_hash, is_admin, created_at)"
        f" VALUES (1, 1, 'anna', 'x', false, '{WHEN}')"
    ),
    (
        "INSERT INTO audit_entries (tenant_id, at, action, user_id, detail) VALUES"
        f" (1, '{WHEN}', 'user.created', 1, '{{}}'),"
        f" (1, '{WHEN}', 'credentials_set', 1, '{{\"odoo_login\": \"admin\"}}')"
    ),
    (
        "INSERT INTO connections (tenant_id, id, name, odoo_url, odoo_database, odoo_username,"
        " secret_version, extra_fields, is_active, created_at, updated_at)"
        f" VALUES (1, 1, 'c', 'http://odoo', 'db', 'admin', 1, '{{}}', true, '{WHEN}', '{WHEN}')"
    ),
    (
        "INSERT INTO runs (tenant_id, id, connection_id, dataset, generation, status, mode,"
        " trigger, requested_by, created_at)"
        f" VALUES (1, 'r', 1, 'contacts', 1, 'failed', 'full', 'api', 1, '{WHEN}')"
    ),
)


@pytest.fixture
def old_url(empty_url: str) -> str:
    """A database of the first schema, with a user's history in it."""
    engine = create_engine(async_url(empty_url).replace("+aiosqlite", ""))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", set_sqlite_pragmas)
    with engine.begin() as connection:
        _fill(connection)
    engine.dispose()
    return empty_url


def _fill(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL ROLE odoosync_system"))
    for statement in OLD:
        connection.exec_driver_sql(statement)


async def test_entries_and_runs_are_carried_over(old_url: str) -> None:
    upgrade(old_url)
    database = open_database(old_url)
    async with database.tenant(1, write=False) as tx:
        entries = await newest(tx, AuditFilter(), limit=9)
        run = await runs.get(tx, "r")
    await database.close()
    assert [entry.kind for entry in entries] == ["credentials.set", "user.created"]
    assert (entries[0].actor, entries[0].detail) == ("anna", {"odoo_login": "admin"})
    assert (run.requested_name, run.set_aside) == ("anna", 0)
