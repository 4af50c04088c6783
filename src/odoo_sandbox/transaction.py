"""One database transaction: it sees what was committed and its own changes.

`write_date` is the stamp taken at its start; rows become visible at `commit`. A row that somebody
else holds, or changed after this one began, is a serialization failure, as in PostgreSQL's
REPEATABLE READ. Tags are the exception: they live in a table of their own, which no row lock
guards.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, cast

from odoo_sandbox.changes import Changes, patched, relinked
from odoo_sandbox.constraints import still_in_use
from odoo_sandbox.fields import Field, Row
from odoo_sandbox.refusals import SerializationFailure
from odoo_sandbox.state import State
from odoo_sandbox.table import Index, PatchedIndex, Table

if TYPE_CHECKING:
    from types import TracebackType


class Transaction:
    """Use as a context manager: leaving it commits, an exception rolls back."""

    def __init__(self, world: State, *, uid: int, number: int, began: int, stamp: int) -> None:
        self.world = world
        self.uid = uid
        self.stamp = stamp
        self._number = number
        self._began = began
        self._changes: dict[str, Changes] = {}
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.commit()
        else:
            self.rollback()

    # Reading

    def table(self, model: str) -> Table:
        return self.world.table(model)

    def ids(self, model: str) -> Sequence[int]:
        table, changes = self.table(model), self._changes.get(model)
        if changes is None or not (changes.made or changes.gone):
            return table.ids
        return sorted((set(table.ids) | changes.made) - changes.gone)

    def rows(self, model: str) -> Mapping[int, Row]:
        """All visible rows by id; deleted ones may linger, `ids` and `get` leave them out."""
        table, changes = self.table(model), self._changes.get(model)
        return table.rows if changes is None else ChainMap(changes.seen, table.rows)

    def get(self, model: str, row_id: int) -> Row | None:
        changes = self._changes.get(model)
        if changes is not None:
            if row_id in changes.gone:
                return None
            if row_id in changes.seen:
                return changes.seen[row_id]
        return self.table(model).rows.get(row_id)

    def value(self, model: str, row_id: int, column: str) -> Any:
        row = self.get(model, row_id)
        return False if row is None else row[self.table(model).at[column]]

    def sparse(self, model: str, key: str, row_id: int) -> Any | None:
        changes = self._changes.get(model)
        if changes is not None and (key, row_id) in changes.sparse:
            return changes.sparse[key, row_id]
        values = self.table(model).sparse.get(key)
        return None if values is None else values.get(row_id)

    def index(self, model: str, column: str) -> Index:
        table, changes = self.table(model), self._changes.get(model)
        base = table.index(column)
        if changes is None:
            return cast("Index", base)
        return PatchedIndex(base, changes.index(table, column), changes.touches)

    def pristine(self, model: str) -> bool:
        """Whether it has not touched this model: then what the table remembers holds."""
        return model not in self._changes

    # Writing

    def insert(self, model: str, values: Mapping[str, Any], *, row_id: int | None = None) -> int:
        with self.world.lock:
            table = self.table(model)
            new_id = table.take_id() if row_id is None else row_id
            table.next_id = max(table.next_id, new_id + 1)
            slots = list(table.blank)
            slots[0] = new_id
            logged = self._logged(table, made=True)
            for name, value in {**logged, **values}.items():
                if name in table.at:
                    slots[table.at[name]] = value
            changes = self._changed(model)
            changes.see(table, tuple(slots))
            changes.made.add(new_id)
            self._set_sparse(changes, table, [new_id], values)
        return new_id

    def update(
        self, model: str, row_ids: Iterable[int], values: Mapping[str, Any], *, touch: bool = True
    ) -> None:
        """Set columns; `touch=False` is raw SQL that forgets `write_date`."""
        with self.world.lock:
            table, changes, ids = self.table(model), self._changed(model), list(row_ids)
            patch = {**(self._logged(table, made=False) if touch else {}), **values}
            columns = {name: value for name, value in patch.items() if name in table.at}
            for row_id in ids:
                self._lock(table, changes, row_id)
                changes.see(table, patched(self._row(model, row_id), table, columns))
                changes.patches.setdefault(row_id, {}).update(columns)
            self._set_sparse(changes, table, ids, values)

    def link(self, model: str, row_id: int, column: str, members: Mapping[int, bool]) -> None:
        """Add (True) or remove (False) members of a many2many; never touches `write_date`."""
        with self.world.lock:
            row = self.get(model, row_id)
            if row is None:
                return
            changes, table = self._changed(model), self.table(model)
            changes.links.setdefault((row_id, column), {}).update(members)
            changes.see(table, relinked(row, table.at[column], members))

    def delete(self, model: str, row_ids: Iterable[int]) -> None:
        with self.world.lock:
            table, changes = self.table(model), self._changed(model)
            for row_id in row_ids:
                self._lock(table, changes, row_id)
                changes.lose(table, row_id)

    def sql_update(self, model: str, row_ids: Iterable[int], **values: Any) -> None:
        """Raw SQL: no hooks, no `write_date`, which itself may be set (microseconds or False)."""
        self.update(model, row_ids, values, touch=False)

    def sql_delete(self, model: str, row_ids: Iterable[int]) -> None:
        """Raw SQL: foreign keys cascade or are set null, no hook runs, nothing is stamped."""
        with self.world.lock:
            self._cascade(model, row_ids)

    def commit(self) -> None:
        if not self._open:
            return
        with self.world.lock:
            self._open = False
            self.world.end(self._number)
            for model, changes in self._changes.items():
                self._apply(self.table(model), changes)

    def rollback(self) -> None:
        with self.world.lock:
            self._open = False
            self.world.end(self._number)
            for model, changes in self._changes.items():
                self._unlock(self.table(model), changes)

    # Inside

    def _cascade(self, model: str, ids: Iterable[int]) -> None:
        """Delete as SQL's DELETE does, with all that hangs on the rows: no hooks, no stamps."""
        gone = [row_id for row_id in dict.fromkeys(ids) if self.get(model, row_id) is not None]
        if not gone:
            return
        for name, table in self.world.tables.items():
            for field in table.model.fields.values():
                if field.relation == model and field.has_column:
                    self._let_go(name, field, gone)
        self.delete(model, gone)

    def _let_go(self, model: str, field: Field, gone: Sequence[int]) -> None:
        """Have what points to rows that go cascade, point to nothing, or refuse."""
        index, among = (
            self.index(model, field.name),
            set(gone) if model == field.relation else set(),
        )
        for target in gone:
            holders = [one for one in index.get(target, ()) if one not in among]
            if not holders:
                continue
            if field.type == "many2many":
                for holder in holders:
                    self.link(model, holder, field.name, {target: False})
            elif field.on_delete == "cascade":
                self._cascade(model, holders)
            elif field.on_delete == "restrict":
                raise still_in_use(self.world.release, self.table(model).model, field)
            else:
                self.sql_update(model, holders, **{field.name: False})

    def _changed(self, model: str) -> Changes:
        return self._changes.setdefault(model, Changes())

    def _row(self, model: str, row_id: int) -> Row:
        row = self.get(model, row_id)
        if row is None:
            raise SerializationFailure
        return row

    def _logged(self, table: Table, *, made: bool) -> dict[str, Any]:
        if "write_date" not in table.at:
            return {}
        written = {"write_date": self.stamp, "write_uid": self.uid}
        return {**written, "create_date": self.stamp, "create_uid": self.uid} if made else written

    def _set_sparse(
        self, changes: Changes, table: Table, row_ids: list[int], values: Mapping[str, Any]
    ) -> None:
        for name, value in values.items():
            if name not in table.at:
                for row_id in row_ids:
                    changes.sparse[name, row_id] = value

    def _lock(self, table: Table, changes: Changes, row_id: int) -> None:
        if row_id in changes.made:
            return
        holder = table.locked_by.get(row_id, self._number)
        if holder != self._number or table.changed_at.get(row_id, 0) > self._began:
            raise SerializationFailure
        table.locked_by[row_id] = self._number

    def _unlock(self, table: Table, changes: Changes) -> None:
        for row_id in (*changes.patches, *changes.gone):
            if table.locked_by.get(row_id) == self._number:
                del table.locked_by[row_id]

    def _apply(self, table: Table, changes: Changes) -> None:
        commit_number = self.world.next_commit()
        settled: dict[int, Row] = {}
        for row_id in changes.made - changes.gone:
            settled[row_id] = changes.seen[row_id]
        for row_id, patch in changes.patches.items():
            if row_id in table.rows and row_id not in changes.gone:
                settled[row_id] = patched(table.rows[row_id], table, patch)
                table.changed_at[row_id] = commit_number
        for (row_id, column), members in changes.links.items():
            row = settled.get(row_id) or table.rows.get(row_id)
            if row is not None and row_id not in changes.gone:
                settled[row_id] = relinked(row, table.at[column], members)
        for row_id in changes.gone:
            table.changed_at[row_id] = commit_number
        self._unlock(table, changes)
        table.put(settled.values())
        if changes.gone:
            table.drop(changes.gone)
        for (key, row_id), value in changes.sparse.items():
            if row_id in table.rows:
                table.set_sparse(key, row_id, value)
