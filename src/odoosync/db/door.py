"""The one door: a transaction that belongs to a tenant and refuses statements that do not.

PostgreSQL checks the same again with row-level security; SQLite has nothing like it, so the check
here is what keeps tenants apart there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Delete, Insert, Row, Select, Table, Update, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ColumnClause
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.selectable import Alias

from odoosync.db.schema import is_tenant_table
from odoosync.errors import OdoosyncError

Values = Mapping[str, Any]


class DoorError(OdoosyncError):
    """A programming error: a statement that is not held to its tenant."""

    code = "tenant_door"


class Tx:
    """A transaction. With a tenant every statement must be held to it; without, none is checked."""

    def __init__(self, connection: AsyncConnection, tenant_id: int | None) -> None:
        self.connection = connection
        self.tenant_id = tenant_id

    @property
    def dialect(self) -> str:
        return self.connection.dialect.name

    async def execute(
        self, statement: Executable, parameters: Values | Sequence[Values] | None = None
    ) -> CursorResult[Any]:
        """Run a statement. Raises DoorError when a tenant table in it is not held to the tenant."""
        if self.tenant_id is not None:
            check_statement(statement, self.tenant_id, parameters)
        result = await self.connection.execute(statement, parameters)
        assert isinstance(result, CursorResult)  # noqa: S101 - narrows the type
        return result

    async def all(self, statement: Executable) -> Sequence[Row[Any]]:
        return (await self.execute(statement)).all()

    async def first(self, statement: Executable) -> Row[Any] | None:
        return (await self.execute(statement)).first()

    async def scalar(self, statement: Executable) -> Any:
        return (await self.execute(statement)).scalar()

    def select(self, table: Table, *columns: Any) -> Select[Any]:
        """Start a SELECT that is held to the tenant."""
        return select(*(columns or (table,))).where(table.c.tenant_id == self.tenant_id)

    def update(self, table: Table) -> Update:
        return table.update().where(table.c.tenant_id == self.tenant_id)

    def delete(self, table: Table) -> Delete:
        return table.delete().where(table.c.tenant_id == self.tenant_id)

    async def insert(self, table: Table, values: Values) -> Any:
        """Insert one row of the tenant; returns its primary key's first column."""
        statement = table.insert().values(**{**values, "tenant_id": self.tenant_id})
        result = await self.execute(statement)
        return result.inserted_primary_key[0] if result.inserted_primary_key else None


def check_statement(
    statement: Executable, tenant_id: int, parameters: Values | Sequence[Values] | None = None
) -> None:
    """Raise DoorError unless every tenant table in the statement is held to `tenant_id`."""
    if isinstance(statement, Insert):
        _check_insert(statement, tenant_id, parameters)
        return
    needed: dict[int, str] = {}
    inner: set[int] = set()
    held: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for element in visitors.iterate(statement):  # type: ignore[arg-type]
        if isinstance(element, Alias) and is_tenant_table(element.element):
            _need(element, needed)
            inner.add(id(element.element))
        elif isinstance(element, ColumnClause):
            _need(element.table, needed)
        elif isinstance(element, BinaryExpression) and element.operator is operators.eq:
            _note_equality(element, tenant_id, held, pairs)
        else:
            _need(element, needed)
    if isinstance(statement, Update | Delete):
        _need(statement.table, needed)
    for _ in pairs:
        for left, right in pairs:
            if left in held or right in held:
                held |= {left, right}
    missing = [name for key, name in needed.items() if key not in held and key not in inner]
    if missing:
        raise DoorError(f"The statement reads {', '.join(sorted(missing))} without its tenant.")


def _need(source: Any, needed: dict[int, str]) -> None:
    table: Any = source.element if isinstance(source, Alias) else source
    if is_tenant_table(table):
        needed[id(source)] = table.name


def _tenant_source(element: Any) -> int | None:
    if isinstance(element, ColumnClause) and element.name == "tenant_id":
        return id(element.table)
    return None


def _note_equality(
    element: BinaryExpression[Any], tenant_id: int, held: set[int], pairs: list[tuple[int, int]]
) -> None:
    left, right = _tenant_source(element.left), _tenant_source(element.right)
    if left is not None and right is not None:
        pairs.append((left, right))
    elif (
        left is not None
        and isinstance(element.right, BindParameter)
        and element.right.value == tenant_id
    ):
        held.add(left)


def _check_insert(
    statement: Insert, tenant_id: int, parameters: Values | Sequence[Values] | None
) -> None:
    table = statement.table
    if not isinstance(table, Table) or not is_tenant_table(table):
        return
    rows: list[Any] = []
    if isinstance(parameters, Mapping):
        rows = [parameters.get("tenant_id")]
    elif parameters is not None:
        rows = [row.get("tenant_id") for row in parameters]
    else:
        fixed = statement.compile().params
        rows = [value for name, value in fixed.items() if name.startswith("tenant_id")]
    if not rows or any(value != tenant_id for value in rows):
        raise DoorError(f"The statement writes {table.name} without its tenant.")
