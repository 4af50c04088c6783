"""The words in which tables are declared, alike for both dialects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeDecorator, TypeEngine

APP_ROLE: Final = "odoosync_app"
"""PostgreSQL role of every ordinary transaction: owns nothing, sees one tenant."""
SYSTEM_ROLE: Final = "odoosync_system"
"""PostgreSQL role of the few named functions that look across tenants."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit number that SQLite, too, counts up by itself."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite keeps it as text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonDocument(TypeDecorator[Any]):
    """JSON by orjson: JSONB on PostgreSQL, text on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(
            JSONB(none_as_null=True) if dialect.name == "postgresql" else Text()
        )

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return orjson.loads(value)


class epoch_now(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """Seconds since 1970 by the database's own clock, which all processes share."""

    type = Double()
    inherit_cache = True


@compiles(epoch_now, "postgresql")
def _epoch_postgresql(_element: epoch_now, _compiler: SQLCompiler, **_: Any) -> str:
    return "extract(epoch from clock_timestamp())::double precision"


@compiles(epoch_now, "sqlite")
def _epoch_sqlite(_element: epoch_now, _compiler: SQLCompiler, **_: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


def sealed_column(name: str, *, nullable: bool) -> Column[Any]:
    """Declare a column whose values are sealed under the key ring."""
    return Column(name, Text, nullable=nullable, info={"sealed": True})


def sealed_columns() -> list[Column[Any]]:
    """Return all of them, of all tables that are declared."""
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.info.get("sealed")
    ]


def tenant_table(name: str, *items: SchemaItem, foreign_key: bool = True) -> Table:
    """Declare a table whose rows each belong to one tenant: it gets `tenant_id`.

    Without `foreign_key` the tenant's existence is not checked row by row: for bulk tables.
    """
    checks = [ForeignKey("tenants.id", ondelete="CASCADE")] if foreign_key else []
    tenant = Column("tenant_id", BigId, *checks, autoincrement=False, nullable=False)
    return _table(name, tenant, *items, info={"tenant": True})


def append_only_table(name: str, *items: SchemaItem) -> Table:
    """Declare a table whose rows are never changed, and outlive their tenant.

    A row without a tenant belongs to the whole service; only the system's door shows and adds one.
    """
    tenant = Column("tenant_id", BigId)
    return _table(name, tenant, *items, info={"tenant": True, "append_only": True})


def system_table(name: str, *items: SchemaItem) -> Table:
    """Declare a table that only named cross-tenant functions may touch."""
    return _table(name, *items, info={"tenant": False})


def _table(name: str, *items: SchemaItem, info: dict[str, Any]) -> Table:
    """Declare a table. Ids that it counts up are given once: the audit and the API name them."""
    table = Table(name, metadata, *items, info=info)
    table.dialect_options["sqlite"]["autoincrement"] = table.autoincrement_column is not None
    return table


def is_tenant_table(table: Any) -> bool:
    return isinstance(table, Table) and bool(table.info.get("tenant"))


def goes_with_its_tenant(table: Table) -> bool:
    """Tell whether the rows of a tenant are deleted with the tenant."""
    return is_tenant_table(table) and not table.info.get("append_only")
