"""PostgreSQL as operators run it: by logins that are no superusers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from databases import new_database
from odoosync.api.health import reasons_not_ready
from odoosync.db import open_database
from odoosync.migrations import MigrationFailed, head_revision, upgrade
from odoosync.migrations.upgrade import _config

ROLES = ("odoosync_app", "odoosync_system")


@pytest.fixture
def login(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The URL of an empty database that belongs to a fresh, powerless login."""
    assert postgres_template  # somebody else has made the two roles
    url = make_url(new_database(postgres_server))
    name = f"login_{uuid.uuid4().hex[:12]}"
    _as_admin(postgres_server, f"CREATE ROLE \"{name}\" LOGIN PASSWORD 'hunter2'")
    _as_admin(postgres_server, f'ALTER DATABASE "{url.database}" OWNER TO "{name}"')
    yield url.set(username=name, password="hunter2").render_as_string(hide_password=False)
    _as_admin(postgres_server, f'DROP DATABASE "{url.database}" WITH (FORCE)')
    _as_admin(postgres_server, f'DROP ROLE "{name}"')


def _as_admin(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def _grant(server: str, login: str, options: str = "") -> None:
    _as_admin(server, f'GRANT {", ".join(ROLES)} TO "{make_url(login).username}" {options}')


async def _reasons(url: str) -> list[str]:
    database = open_database(url)
    try:
        return await reasons_not_ready(database, head_revision())
    finally:
        await database.close()


async def test_roles_that_an_administrator_made_and_granted_are_enough(
    login: str, postgres_server: str
) -> None:
    _grant(postgres_server, login)
    upgrade(login)
    assert await _reasons(login) == []


async def test_a_login_that_may_only_grant_the_roles_grants_them_to_itself(
    login: str, postgres_server: str
) -> None:
    """So stands whoever made the roles, since PostgreSQL 16."""
    with psycopg.connect(postgres_server) as connection:
        modern = connection.info.server_version >= 160000
    only = "WITH ADMIN TRUE, SET FALSE, INHERIT FALSE" if modern else "WITH ADMIN OPTION"
    _grant(postgres_server, login, only)
    upgrade(login)
    assert await _reasons(login) == []


def test_a_login_without_the_roles_is_told_who_can_help(login: str) -> None:
    with pytest.raises(MigrationFailed) as caught:
        upgrade(login)
    assert "docs/postgresql.md" in caught.value.message
    assert "hunter2" not in str(caught.value)


async def test_a_schema_of_the_logins_own_name_is_found_by_the_role_too(
    login: str, postgres_server: str
) -> None:
    _grant(postgres_server, login)
    with psycopg.connect(login, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{make_url(login).username}"'.encode())
    upgrade(login)
    assert await _reasons(login) == []


async def test_a_role_that_was_taken_away_is_named(login: str, postgres_server: str) -> None:
    _grant(postgres_server, login)
    upgrade(login)
    _as_admin(postgres_server, f'REVOKE odoosync_app FROM "{make_url(login).username}"')
    assert "may not act as odoosync_app" in (await _reasons(login))[0]


async def test_a_login_that_does_not_inherit_is_named_for_its_backups_would_be_empty(
    login: str, postgres_server: str
) -> None:
    _grant(postgres_server, login)
    upgrade(login)
    _as_admin(postgres_server, f'ALTER ROLE "{make_url(login).username}" NOINHERIT')
    _as_admin(postgres_server, f'REVOKE odoosync_system FROM "{make_url(login).username}"')
    _as_admin(postgres_server, f'GRANT odoosync_system TO "{make_url(login).username}"')
    assert "does not inherit from odoosync_system" in (await _reasons(login))[0]


async def test_a_reused_connection_keeps_no_tenant(login: str, postgres_server: str) -> None:
    _grant(postgres_server, login)
    upgrade(login)
    database = open_database(login, pool_size=1)
    async with database.tenant(7) as tx:
        assert await tx.scalar(text("SELECT current_setting('odoosync.tenant')")) == "7"
    async with database.engine.connect() as connection:
        left = await connection.execute(text("SELECT current_setting('odoosync.tenant', true)"))
        assert left.scalar() == ""
    await database.close()


def test_a_powerless_owner_notes_where_webhooks_go(login: str, postgres_server: str) -> None:
    _grant(postgres_server, login)
    engine = create_engine(make_url(login).set(drivername="postgresql+psycopg"))
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0020")
        connection.execute(text("SET LOCAL ROLE odoosync_system"))
        connection.execute(
            text("INSERT INTO tenants (id, name, created_at) VALUES (1, 'a', now())")
        )
        connection.execute(
            text(
                "INSERT INTO webhooks (tenant_id, id, name, url, sealed_secret, created_at,"
                " updated_at) VALUES (1, 1, 'w', 'https://example.com/x', 's', now(), now())"
            )
        )
    upgrade(login)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL ROLE odoosync_system"))
        assert connection.scalar(text("SELECT receiver FROM webhooks")) == "example.com 443"
    engine.dispose()
