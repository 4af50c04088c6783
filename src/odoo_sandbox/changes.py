"""What one transaction did to one table, unseen by others until its commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from odoo_sandbox.fields import Row
from odoo_sandbox.table import Table, index_rows, reindex


@dataclass(slots=True)
class Changes:
    """`seen` are rows as the transaction sees them; patches and links are what it will apply."""

    seen: dict[int, Row] = field(default_factory=dict)
    patches: dict[int, dict[str, Any]] = field(default_factory=dict)
    sparse: dict[tuple[str, int], Any] = field(default_factory=dict)
    links: dict[tuple[int, str], dict[int, bool]] = field(default_factory=dict)
    made: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    indexes: dict[str, dict[Any, list[int]]] = field(default_factory=dict)

    def see(self, table: Table, row: Row) -> None:
        reindex(self.indexes, table.at, self.seen.get(row[0]), row)
        self.seen[row[0]] = row

    def lose(self, table: Table, row_id: int) -> None:
        reindex(self.indexes, table.at, self.seen.pop(row_id, None), None)
        self.gone.add(row_id)

    def touches(self, row_id: int) -> bool:
        return row_id in self.seen or row_id in self.gone

    def index(self, table: Table, column: str) -> Mapping[Any, list[int]]:
        """Ids of the seen rows by a column, kept up to date from then on."""
        made = self.indexes.get(column)
        if made is None:
            made = self.indexes[column] = index_rows(self.seen.values(), table.at[column])
        return made


def patched(row: Row, table: Table, columns: Mapping[str, Any]) -> Row:
    slots = list(row)
    for name, value in columns.items():
        slots[table.at[name]] = value
    return tuple(slots)


def relinked(row: Row, slot: int, members: Mapping[int, bool]) -> Row:
    kept = set(row[slot])
    kept.update(member for member, there in members.items() if there)
    kept.difference_update(member for member, there in members.items() if not there)
    return (*row[:slot], tuple(sorted(kept)), *row[slot + 1 :])
