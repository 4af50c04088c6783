"""What Odoo's values mean, by the type of their field.

Pure. `PageDecoder` is on the hot path of every sync: it is made once a page's field list is
known, changes the rows in place, and does nothing for values that are already right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from odoosync.odoo.errors import BadAnswer
from odoosync.odoo.names import is_field, is_model, is_type, label_of

Row = dict[str, Any]

ATTRIBUTES = (
    "type",
    "relation",
    "store",
    "translate",
    "company_dependent",
    "required",
    "string",
)
_ID_LIMIT = 2**63
_NO_IDS: list[int] = []
_WHOLE = {int}
_DATE_LENGTH, _TIME_LENGTH = len("2026-01-31"), len("2026-01-31 12:00:00")
_DOCUMENTS = ("json", "properties", "properties_definition")
_DEEPEST = 200
_NOT_EMPTIED = frozenset({"boolean", "one2many", "many2many"})
"""Types whose `false` is a value, or stands for no ids."""
_CHANGED_ELSEWHERE = frozenset({"one2many", "many2many", "many2one", "properties"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field as `fields_get` describes it; `relation` is the model that it points to."""

    name: str
    type: str
    relation: str | None = None
    store: bool = True
    translate: bool = False
    company_dependent: bool = False
    required: bool = False
    string: str = ""

    @classmethod
    def of(cls, name: str, told: Any) -> Self:
        """Read one field's description. Raises BadAnswer where it holds no names of Odoo's."""
        if not isinstance(told, dict) or not is_field(name):
            raise BadAnswer
        kind, relation = told.get("type", "char"), told.get("relation") or None
        if not is_type(kind) or not (relation is None or is_model(relation)):
            raise BadAnswer
        return cls(
            name=name,
            type=kind,
            relation=relation,
            store=bool(told.get("store", True)),
            translate=bool(told.get("translate")),
            company_dependent=bool(told.get("company_dependent")),
            required=bool(told.get("required")),
            string=label_of(told.get("string")) or name,
        )

    @property
    def is_volatile(self) -> bool:
        """Tell whether it can change without a new `write_date`.

        Odoo's merge wizards move a many2one by SQL, a required one too, and the database empties it
        where its target is deleted: neither dates anything. Definitions of properties stand with a
        parent; defaults of a company, with the company.
        """
        return self.type in _CHANGED_ELSEWHERE or not self.store or self.company_dependent


def askable(
    fields: Mapping[str, Field], wanted: Iterable[str], *, binary: bool = False
) -> list[str]:
    """Keep those wanted fields that exist, in order; binary ones only when asked for."""
    return [
        name
        for name in dict.fromkeys(wanted)
        if name in fields and (binary or fields[name].type != "binary")
    ]


@dataclass(frozen=True, slots=True)
class PageDecoder:
    """Turns Odoo's JSON into values: `false` is None but for booleans, relations are ids."""

    emptied: frozenset[str]
    many2one: tuple[str, ...]
    x2many: tuple[str, ...]
    dates: tuple[str, ...]
    datetimes: tuple[str, ...]
    documents: tuple[str, ...]
    references: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, fields: Mapping[str, Field], names: Iterable[str]) -> Self:
        """Compile for one page's fields; names that `fields` lacks pass through."""
        known = [fields[name] for name in names if name in fields]

        def of_type(*types: str) -> tuple[str, ...]:
            return tuple(field.name for field in known if field.type in types)

        many2one, x2many = of_type("many2one"), of_type("one2many", "many2many")
        return cls(
            emptied=frozenset(field.name for field in known if field.type not in _NOT_EMPTIED),
            many2one=many2one,
            x2many=x2many,
            dates=of_type("date"),
            datetimes=of_type("datetime"),
            documents=of_type(*_DOCUMENTS),
            references=tuple(
                (name, relation) for name in many2one if (relation := fields[name].relation)
            ),
        )

    def decode(self, rows: list[Row]) -> list[Row]:
        """Change the rows in place and give them back. Run it once only, after `labels`.

        Raises BadAnswer for a value that is no date or no relation, where that is due, and for a
        document that is too deep to be written down again.
        """
        _empty(rows, self.emptied)
        _point(rows, self.many2one)
        for row in rows:
            for name in self.x2many:
                if (value := row.get(name, _NO_IDS)) != _NO_IDS:
                    row[name] = _x2many(value)
            for name in self.dates:
                if isinstance(value := row.get(name), str):
                    row[name] = value.rjust(_DATE_LENGTH, "0")
            for name in self.datetimes:
                value = row.get(name)
                if type(value) is str and len(value) == _TIME_LENGTH:
                    row[name] = f"{value[:10]}T{value[11:]}Z"
                elif value is not None:
                    row[name] = _datetime(value)
        _bound(rows, self.documents)
        return rows

    def labels(self, rows: Iterable[Row]) -> dict[str, dict[int, str]]:
        """Collect model -> id -> name from undecoded `[id, name]` values; empty for bare ids."""
        found: dict[str, dict[int, str]] = {relation: {} for _, relation in self.references}
        for row in rows:
            for name, relation in self.references:
                value = row.get(name)
                if isinstance(value, list) and len(value) > 1:
                    found[relation][value[0]] = value[1]
        return found


def is_id(value: Any) -> bool:
    """Tell whether a value can be a record's id: a whole number that a database can hold."""
    return type(value) is int and -_ID_LIMIT <= value < _ID_LIMIT


def _empty(rows: list[Row], names: frozenset[str]) -> None:
    for row in rows:
        for name, value in row.items():
            if value is False and name in names:
                row[name] = None


def _point(rows: list[Row], names: tuple[str, ...]) -> None:
    """Turn many2one values into ids; what is an id already goes without a call."""
    for row in rows:
        for name in names:
            value = row.get(name)
            if value is not None and (type(value) is not int or value >= _ID_LIMIT):
                row[name] = _many2one(value)


def _bound(rows: list[Row], names: tuple[str, ...]) -> None:
    for row in rows:
        if any(_is_deep(row.get(name), _DEEPEST) for name in names):
            raise BadAnswer


def _is_deep(value: Any, left: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return False
    return left == 0 or any(_is_deep(one, left - 1) for one in inside)


def _many2one(value: Any) -> Any:
    if value == []:
        return None
    if isinstance(value, list):
        value = value[0]
    if not is_id(value):
        raise BadAnswer
    return value


def _x2many(value: Any) -> Any:
    if not value:
        return []
    if not isinstance(value, list) or set(map(type, value)) != _WHOLE:
        raise BadAnswer
    value = sorted(value)
    if not (is_id(value[0]) and is_id(value[-1])):
        raise BadAnswer
    return value


def _datetime(value: Any) -> Any:
    """Odoo writes UTC without saying so: `2026-01-31 12:00:00`; years may lack leading zeros."""
    if not value:
        return None
    if not isinstance(value, str):
        raise BadAnswer
    if len(value) < _TIME_LENGTH:
        value = value.rjust(_TIME_LENGTH, "0")
    return f"{value[:10]}T{value[11:19]}Z"
