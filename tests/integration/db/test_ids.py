"""No id is given twice: the audit, the API and receivers of webhooks know things by them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from odoosync.accounts import Accounts, users
from odoosync.accounts.api_keys import Owner, create_api_key
from odoosync.db.engine import set_sqlite_pragmas
from odoosync.migrations import MigrationFailed, upgrade
from odoosync.migrations.upgrade import _config
from odoosync.tables import metadata
from people import PASSWORD, accounts, clock, key_ring

__all__ = ["accounts", "clock", "key_ring"]

WHEN = "'2026-01-31 12:00:00.000000'"
OLD = f"""
INSERT INTO tenants (id, name, created_at) VALUES (1, 'anna', {WHEN}), (2, 'bert', {WHEN});
INSERT INTO users (tenant_id, id, username, password_hash, is_admin, created_at, email) VALUES
    (1, 1, 'anna', 'x', true, {WHEN}, 'anna@example.com'),
    (2, 4, 'bert', 'x', false, {WHEN}, NULL);
INSERT INTO sessions (tenant_id, id, user_id, auth_time, expires_at)
    VALUES (1, 's', 1, {WHEN}, {WHEN});
INSERT INTO api_keys (tenant_id, id, user_id, name, prefix, key_hash, scopes, created_at)
    VALUES (1, 3, 1, 'robot', 'k', 'h', '[]', {WHEN});
INSERT INTO connections (tenant_id, id, name, odoo_url, odoo_database, odoo_username,
    secret_version, extra_fields, is_active, created_at, updated_at)
    VALUES (1, 2, 'c', 'http://odoo', 'db', 'admin', 1, '{{}}', true, {WHEN}, {WHEN});
INSERT INTO lanes (tenant_id, id, connection_id, dataset) VALUES (1, 5, 2, 'contacts');
INSERT INTO schedules (tenant_id, connection_id, dataset, every_s, interval_s, since, next_due,
    created_at, updated_at)
    VALUES (1, 2, 'contacts', 60, 60, {WHEN}, {WHEN}, {WHEN}, {WHEN});
INSERT INTO events (tenant_id, id, connection_id, kind, payload, created_at)
    VALUES (1, 8, 2, 'run.failed', '{{}}', {WHEN});
INSERT INTO webhooks (tenant_id, id, name, url, sealed_secret, created_at, updated_at)
    VALUES (1, 6, 'hook', 'https://example.com', 'x', {WHEN}, {WHEN});
INSERT INTO deliveries (tenant_id, id, event_id, webhook_id, message_id, status, created_at)
    VALUES (1, 7, 8, 6, 'msg', 'failed', {WHEN});
INSERT INTO delivery_tries (tenant_id, id, delivery_id, at, took_ms) VALUES (1, 9, 7, {WHEN}, 1);
INSERT INTO audit_trail (tenant_id, id, at, kind, user_id, via, key_id, connection_id, detail)
    VALUES (1, 1, {WHEN}, 'x', 11, 'none', 12, 13, '{{"webhook_id": 14}}');
"""
"""What is there, and an audit that remembers a user, a key, a connection and a webhook more."""
NEXT = {"users": 12, "api_keys": 13, "connections": 14, "webhooks": 15, "deliveries": 8}


@pytest.fixture
def old_url(tmp_path: Path) -> str:
    """A SQLite file of the schema before, with rows that point to each other."""
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    with _connected(url) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0016")
        for statement in OLD.strip().split(";\n"):
            connection.exec_driver_sql(statement)
    return url


def _connected(url: str) -> Any:
    engine = create_engine(url)
    event.listen(engine, "connect", set_sqlite_pragmas)
    return engine.begin()


def _rows(url: str) -> dict[str, list[dict[str, Any]]]:
    with _connected(url) as connection:
        return {
            name: [
                dict(row)
                for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"').mappings()
            ]
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND name NOT IN ('alembic_version', 'sqlite_sequence')"
            ).all()
        }


def _parts(url: str) -> set[tuple[str, str]]:
    """Return the names of indexes and triggers, each with its table's."""
    with _connected(url) as connection:
        found = connection.exec_driver_sql(
            "SELECT tbl_name, name FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL"
        )
        return {(row.tbl_name, row.name) for row in found}


def test_an_upgrade_keeps_rows_foreign_keys_indexes_and_triggers(old_url: str) -> None:
    before, parts = _rows(old_url), _parts(old_url)
    before.pop("lanes")  # what they knew stands in runs by now
    parts = {part for part in parts if part[0] != "lanes"}
    upgrade(old_url)
    after = _rows(old_url)
    for name, rows in before.items():
        for new, old in zip(after[name], rows, strict=True):
            assert new == new | {column: old[column] for column in old.keys() & new.keys()}
    assert parts <= _parts(old_url)
    with _connected(old_url) as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        connection.exec_driver_sql("DELETE FROM tenants WHERE id = 1")
        left = {name for name in before if _count(connection, name)}
    assert left - {"change_clock", "change_counters"} == {"tenants", "users", "audit_trail"}


def _count(connection: Connection, name: str) -> int:
    counted = connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"')
    return int(counted.scalar() or 0)


def test_ids_go_on_behind_those_that_the_audit_remembers(old_url: str) -> None:
    upgrade(old_url)
    with _connected(old_url) as connection:
        found = connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence").all()
    assert {name: seq + 1 for name, seq in found if name in NEXT} == NEXT


def test_a_row_that_points_nowhere_stops_an_upgrade(old_url: str) -> None:
    with create_engine(old_url).begin() as connection:  # foreign keys are off
        connection.exec_driver_sql("DELETE FROM webhooks")
    with pytest.raises(MigrationFailed, match="deliveries points to no row of webhooks"):
        upgrade(old_url)


def test_every_table_counts_as_it_is_declared(sqlite_url: str) -> None:
    with _connected(sqlite_url) as connection:
        made = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql <> ''")
        counting = {row.name for row in made if "AUTOINCREMENT" in row.sql}
    assert counting == {table.name for table in metadata.sorted_tables if _counts(table)}
    assert {"users", "connections", "webhooks", "audit_trail", "api_keys"} <= counting


def _counts(table: Table) -> bool:
    return "AUTOINCREMENT" in str(CreateTable(table).compile(dialect=sqlite.dialect()))


async def test_who_is_deleted_leaves_their_ids_to_nobody(accounts: Accounts) -> None:
    first = await users.create_user(accounts, "anna", PASSWORD)
    key, _ = await create_api_key(
        accounts, Owner(first.tenant_id, first.id), "robot", frozenset({"read"}), None
    )
    await users.delete_user(accounts, "anna")
    again = await users.create_user(accounts, "anna", PASSWORD)
    other, _ = await create_api_key(
        accounts, Owner(again.tenant_id, again.id), "robot", frozenset({"read"}), None
    )
    assert again.id > first.id
    assert again.tenant_id > first.tenant_id
    assert other.id > key.id
