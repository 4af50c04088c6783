"""SQLite gives no id a second time: the audit, the API and receivers of webhooks name them.

It counts up from the highest id that is there unless a table says AUTOINCREMENT, and that cannot
be added to a table. So each is made anew by its own definition, and its rows are copied.
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = (
    "tenants",
    "users",
    "api_keys",
    "audit_trail",
    "connections",
    "lanes",
    "alerts",
    "events",
    "webhooks",
    "deliveries",
    "delivery_tries",
)
_SEQUENCES = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
_AUDIT = sa.table(
    "audit_trail",
    *map(sa.column, ("tenant_id", "user_id", "key_id", "connection_id", "detail")),
)
NAMED_IN_AUDIT: dict[str, sa.ColumnElement[int]] = {
    "tenants": _AUDIT.c.tenant_id,
    "users": _AUDIT.c.user_id,
    "api_keys": _AUDIT.c.key_id,
    "connections": _AUDIT.c.connection_id,
    "webhooks": sa.func.json_extract(_AUDIT.c.detail, "$.webhook_id"),
    "deliveries": sa.func.json_extract(_AUDIT.c.detail, "$.delivery_id"),
}


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return  # sequences never go back
    if connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        raise RuntimeError("Foreign keys are on: to drop a table would delete what points to it.")
    for name in TABLES:
        _make_anew(connection, name)
    for name, named in NAMED_IN_AUDIT.items():
        _begin_after(connection, name, named)


def _make_anew(connection: sa.Connection, name: str) -> None:
    parts = connection.execute(
        sa.text(
            "SELECT type, sql FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL "
            "ORDER BY rowid"
        ),
        {"name": name},
    ).all()
    (definition,) = (part.sql for part in parts if part.type == "table")
    connection.exec_driver_sql(_counting_up(name, definition))
    names = [row.name for row in connection.exec_driver_sql(f"PRAGMA table_info({name})")]
    old, new = (sa.table(one, *map(sa.column, names)) for one in (name, f"{name}_anew"))
    connection.execute(new.insert().from_select(names, sa.select(old)))
    connection.exec_driver_sql(f"DROP TABLE {name}")
    connection.exec_driver_sql(f"ALTER TABLE {name}_anew RENAME TO {name}")
    for part in parts:
        if part.type != "table":
            connection.exec_driver_sql(part.sql)


def _counting_up(name: str, definition: str) -> str:
    """Return the definition of `name`_anew, whose ids are given once."""
    changes = (
        (rf'CREATE TABLE "?{name}"? ', f"CREATE TABLE {name}_anew "),
        (r"\bid INTEGER NOT NULL", "id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT"),
        (rf",\s*CONSTRAINT pk_{name} PRIMARY KEY \(id\)", ""),
    )
    for pattern, text in changes:
        definition, found = re.subn(pattern, text, definition)
        if found != 1:
            raise RuntimeError(f"The table {name} is not as Odoosync made it: {pattern}")
    return definition


def _begin_after(connection: sa.Connection, name: str, named: sa.ColumnElement[int]) -> None:
    """Count on behind the ids of what is deleted, as far as the audit remembers them."""
    mine = _SEQUENCES.c.name == name
    here = connection.scalar(sa.select(_SEQUENCES.c.seq).where(mine))
    highest = connection.scalar(sa.select(sa.func.max(named)).select_from(_AUDIT))
    connection.execute(_SEQUENCES.delete().where(mine))
    connection.execute(_SEQUENCES.insert().values(name=name, seq=max(here or 0, highest or 0)))
