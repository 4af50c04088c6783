"""The committed rows of one model: compact tuples by id, and what it takes to find them fast."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from odoo_sandbox.fields import Field, Model, Row


class Table:
    """Rows as tuples (a million fit in memory), ids sorted, indexes made when asked for.

    `version` counts commits: whatever was derived from the rows is valid for one version.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.at: dict[str, int] = {"id": 0}
        self.blank: list[Any] = [0]
        self.rows: dict[int, Row] = {}
        self.ids: list[int] = []
        self.sparse: dict[str, dict[int, Any]] = {}
        self.next_id = 1
        self.version = 0
        self.changed_at: dict[int, int] = {}
        self.locked_by: dict[int, int] = {}
        self._indexes: dict[str, dict[Any, list[int]]] = {}
        self._derived: dict[str, tuple[int, Any]] = {}
        for field in model.fields.values():
            self._add_column(field)

    def _add_column(self, field: Field) -> None:
        if field.has_column and field.name not in self.at:
            self.at[field.name] = len(self.blank)
            self.blank.append(field.empty)

    def add_field(self, field: Field) -> None:
        """Add a field that was not there before: every row gets its empty value."""
        self.model = self.model.with_field(field)
        before = len(self.blank)
        self._add_column(field)
        if len(self.blank) > before:
            more = (field.empty,)
            self.rows = {row_id: row + more for row_id, row in self.rows.items()}
        self.version += 1

    def take_id(self) -> int:
        taken, self.next_id = self.next_id, self.next_id + 1
        return taken

    def put(self, rows: Iterable[Row]) -> None:
        """Insert or replace; new ids are kept in order even when they commit late."""
        for row in rows:
            row_id = row[0]
            before = self.rows.get(row_id)
            if before is None:
                if self.ids and row_id < self.ids[-1]:
                    insort(self.ids, row_id)
                else:
                    self.ids.append(row_id)
            self.rows[row_id] = row
            reindex(self._indexes, self.at, before, row)
            self.next_id = max(self.next_id, row_id + 1)
        self.version += 1

    def drop(self, row_ids: set[int]) -> None:
        for row_id in row_ids:
            reindex(self._indexes, self.at, self.rows.pop(row_id, None), None)
            for values in self.sparse.values():
                values.pop(row_id, None)
        if row_ids:
            self.ids = [row_id for row_id in self.ids if row_id not in row_ids]
        self.version += 1

    def set_sparse(self, key: str, row_id: int, value: Any) -> None:
        values = self.sparse.setdefault(key, {})
        if value is None:
            values.pop(row_id, None)
        else:
            values[row_id] = value

    def index(self, column: str) -> Mapping[Any, list[int]]:
        """Ids by value of a column (by each member of a many2many); kept up to date from then."""
        made = self._indexes.get(column)
        if made is None:
            made = self._indexes[column] = index_rows(self.rows.values(), self.at[column])
        return made

    def remembered(self, key: str) -> Any | None:
        kept = self._derived.get(key)
        return kept[1] if kept is not None and kept[0] == self.version else None

    def remember(self, key: str, value: Any) -> None:
        self._derived[key] = (self.version, value)


def members_of(row: Row | None, slot: int) -> tuple[Any, ...]:
    """Return what an index finds a row by: its value, or each member of its many2many."""
    if row is None:
        return ()
    value = row[slot]
    return value if type(value) is tuple else (value,)


def index_rows(rows: Iterable[Row], slot: int) -> dict[Any, list[int]]:
    made: dict[Any, list[int]] = {}
    for row in rows:
        for member in members_of(row, slot):
            made.setdefault(member, []).append(row[0])
    for ids in made.values():
        ids.sort()
    return made


def reindex(
    indexes: Mapping[str, dict[Any, list[int]]],
    at: Mapping[str, int],
    before: Row | None,
    after: Row | None,
) -> None:
    """Follow one row's change in every index that was made so far."""
    for column, index in indexes.items():
        old, new = members_of(before, at[column]), members_of(after, at[column])
        if old == new:
            continue
        if before is not None:
            for value in old:
                _discard(index[value], before[0])
        if after is not None:
            for value in new:
                insort(index.setdefault(value, []), after[0])


def _discard(ids: list[int], row_id: int) -> None:
    del ids[bisect_left(ids, row_id)]


class PatchedIndex:
    """A table's index as one transaction sees it: without the rows that it touched, then with."""

    def __init__(
        self,
        base: Mapping[Any, list[int]],
        own: Mapping[Any, list[int]],
        touched: Callable[[int], bool],
    ) -> None:
        self._base = base
        self._own = own
        self._touched = touched

    def get(self, value: Any, default: Sequence[int] = ()) -> Sequence[int]:
        kept = [one for one in self._base.get(value, ()) if not self._touched(one)]
        kept += self._own.get(value, ())
        return sorted(kept) if kept else default


class Index(Protocol):
    """Ids by value."""

    def get(self, value: Any, default: Sequence[int] = ..., /) -> Sequence[int]: ...
