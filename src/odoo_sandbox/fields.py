"""What a field and a model are: declarations only, no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Row = tuple[Any, ...]
"""One stored row: a slot per column, the id first; `False` stands for SQL's NULL."""

Compute = Callable[[Any, list[Row]], list[Any]]
"""Values of a field that is not kept, for a caller and many rows at once."""

RELATIONAL = frozenset({"many2one", "one2many", "many2many"})
TEXTUAL = frozenset({"char", "text", "html"})
NUMERIC = frozenset({"integer", "float", "monetary"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field as `fields_get` tells it, and where its values live.

    Values live in a column, unless `compute` makes them, `via` borrows them through a many2one,
    `inverse` collects them from the other side (archived ones never when `active_only`), or
    `sparse` keeps the few that are set apart.
    """

    name: str
    type: str
    string: str
    relation: str = ""
    inverse: str = ""
    via: str = ""
    compute: Compute | None = None
    sparse: bool = False
    required: bool = False
    readonly: bool = False
    stored: bool = True
    translate: bool = False
    company_dependent: bool = False
    selection: tuple[tuple[str, str], ...] = ()
    default: Any = False
    group: str = ""
    on_delete: str = "set null"
    manual: bool = False
    searchable: bool = True
    active_only: bool = False
    since: int = 0
    until: int = 99

    @property
    def has_column(self) -> bool:
        return not (self.compute or self.via or self.inverse or self.sparse)

    @property
    def empty(self) -> Any:
        """What a row without a value holds."""
        if self.type == "many2many":
            return ()
        if self.type in NUMERIC:
            return 0 if self.type == "integer" else 0.0
        return False


@dataclass(frozen=True, slots=True)
class Model:
    """One model: its fields, its order, who may do what."""

    name: str
    description: str
    fields: Mapping[str, Field]
    display: Compute
    order: str = "id"
    search_names: tuple[str, ...] = ()
    access: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def with_field(self, new: Field) -> Model:
        return replace(self, fields={**self.fields, new.name: new})


def char(name: str, string: str, **more: Any) -> Field:
    return Field(name, "char", string, **more)


def text(name: str, string: str, **more: Any) -> Field:
    return Field(name, "text", string, **more)


def html(name: str, string: str, **more: Any) -> Field:
    return Field(name, "html", string, **more)


def boolean(name: str, string: str, **more: Any) -> Field:
    return Field(name, "boolean", string, **more)


def integer(name: str, string: str, **more: Any) -> Field:
    return Field(name, "integer", string, **more)


def decimal(name: str, string: str, **more: Any) -> Field:
    return Field(name, "float", string, **more)


def many2one(name: str, string: str, relation: str, **more: Any) -> Field:
    return Field(name, "many2one", string, relation, **more)


def selection(name: str, string: str, options: Mapping[str, str], **more: Any) -> Field:
    return Field(name, "selection", string, selection=tuple(options.items()), **more)


def log_fields(*, write_string: str = "Last Updated on") -> list[Field]:
    """Declare the four columns that Odoo adds to every model."""
    return [
        many2one("create_uid", "Created by", "res.users", readonly=True),
        Field("create_date", "datetime", "Created on", readonly=True),
        many2one("write_uid", "Last Updated by", "res.users", readonly=True),
        Field("write_date", "datetime", write_string, readonly=True),
    ]
