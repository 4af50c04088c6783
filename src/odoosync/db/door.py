"""The one door: a transaction that belongs to a tenant and refuses statements that do not.

PostgreSQL checks the same again with row-level security; SQLite has nothing like it, so the check
here is what keeps tenants apart there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import CursorResult, Delete, Insert, Row, Select, Table, Update, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, ClauseElement, ColumnClause
from sqlalchemy.sql.expression import Executable
from sqlalchemy.sql.selectable import Alias, Join

from odoosync.db.schema import is_tenant_table
from odoosync.errors import OdoosyncError
from odoosync.event_loop import let_others_run

Values = Mapping[str, Any]
_BLOCK: Final = 100


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
        """Return all rows; many are converted a block at a time, and others run between."""
        result = await self.execute(statement)
        rows: list[Row[Any]] = []
        while block := result.fetchmany(_BLOCK):
            rows += block
            await let_others_run()
        return rows

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
        row = {**values, "tenant_id": self.tenant_id}
        if any(isinstance(value, ClauseElement) for value in row.values()):
            result = await self.execute(table.insert().values(**row))
        else:  # as parameters, so that nothing is compiled to find the tenant among them
            result = await self.execute(table.insert(), row)
        return result.inserted_primary_key[0] if result.inserted_primary_key else None


def check_statement(
    statement: Executable, tenant_id: int, parameters: Values | Sequence[Values] | None = None
) -> None:
    """Raise DoorError unless every tenant table in the statement is held to `tenant_id`."""
    if isinstance(statement, Insert):
        _check_insert(statement, tenant_id, parameters)
        return
    sources = _Sources(tenant_id)
    for element in visitors.iterate(statement):  # type: ignore[arg-type]
        sources.note(element)
    if isinstance(statement, Update | Delete):
        sources.name(statement.table)
    missing = sources.loose()
    if missing:
        raise DoorError(f"The statement reads {', '.join(sorted(missing))} without its tenant.")


class _Sources:
    """What a statement reads, by identity: whole tables, those with another name, their columns."""

    def __init__(self, tenant_id: int) -> None:
        self._tenant_id = tenant_id
        self._there: dict[int, str] = {}
        self._named: dict[int, str] = {}
        self._behind_aliases: set[int] = set()
        self._held: set[int] = set()
        self._pairs: list[tuple[int, int]] = []
        self._selects: list[Select[Any]] = []

    def note(self, element: Any) -> None:
        if isinstance(element, ColumnClause):
            self.name(element.table)
        elif isinstance(element, Alias):
            self.name(element)
            if is_tenant_table(element.element):  # lists of values have a name, too
                self._behind_aliases.add(id(element.element))
        elif isinstance(element, BinaryExpression) and element.operator is operators.eq:
            self._note_equality(element)
        elif isinstance(element, Select):
            self._selects.append(element)
        elif is_tenant_table(element):
            self._there[id(element)] = element.name

    def name(self, source: Any) -> None:
        """Note a source that the statement names itself, not only by another name."""
        table: Any = source.element if isinstance(source, Alias) else source
        if is_tenant_table(table):
            self._named[id(source)] = table.name

    def loose(self) -> list[str]:
        """Return the names of tables that are not held to the tenant."""
        held = set(self._held)
        for _ in self._pairs:
            for pair in self._pairs:
                if held.intersection(pair):
                    held.update(pair)
        if self._behind_aliases:
            self._name_bare_ones()
        there = {key: name for key, name in self._there.items() if key not in self._behind_aliases}
        return [name for key, name in (there | self._named).items() if key not in held]

    def _name_bare_ones(self) -> None:
        """Name tables that stand beside an alias of theirs; it costs what a compilation does."""
        sources = [source for one in self._selects for source in one.get_final_froms()]
        while sources:
            source = sources.pop()
            if isinstance(source, Join):
                sources += [source.left, source.right]
            self.name(source)

    def _note_equality(self, element: BinaryExpression[Any]) -> None:
        left, right = _tenant_source(element.left), _tenant_source(element.right)
        if left is not None and right is not None:
            self._pairs.append((left, right))
        elif (
            left is not None
            and isinstance(element.right, BindParameter)
            and element.right.value == self._tenant_id
        ):
            self._held.add(left)


def _tenant_source(element: Any) -> int | None:
    if isinstance(element, ColumnClause) and element.name == "tenant_id":
        return id(element.table)
    return None


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
