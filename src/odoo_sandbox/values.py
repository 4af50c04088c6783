"""Where a field's value is: one function per row, before it is dressed for an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import Field, Model, Row

Getter = Callable[[Row], Any]

MAIN_COMPANY = 1


def getter(caller: Caller, model: Model, field: Field) -> Getter:
    """Make a reader of a field's raw value: ids for relations, microseconds for datetimes."""
    if not field.has_column:
        return _from_elsewhere(caller, model, field)
    slot = caller.slot(model.name, field.name)
    if is_plain(caller, field):
        return lambda row: row[slot]
    key = storage_key(caller, field)
    return _set_apart(caller, model, slot, key, fallback=field.translate)


def batch(caller: Caller, model: Model, field: Field, rows: Sequence[Row]) -> list[Any]:
    """Return the raw values of a field for many rows at once."""
    if field.compute is not None:
        return field.compute(caller, list(rows))
    get = getter(caller, model, field)
    return [get(row) for row in rows]


def is_plain(caller: Caller, field: Field) -> bool:
    """Whether the value simply stands in the row."""
    return field.has_column and not (
        (field.translate and caller.lang != "en_US")
        or (field.company_dependent and caller.company != MAIN_COMPANY)
    )


def storage_key(caller: Caller, field: Field) -> str:
    """Where a write lands: the column, or what is kept apart for a language or a company."""
    if field.translate and caller.lang != "en_US":
        return f"{field.name}@{caller.lang}"
    if field.company_dependent and caller.company != MAIN_COMPANY:
        return f"{field.name}#{caller.company}"
    return field.name


def inactive_ids(caller: Caller, model: str) -> set[int]:
    """Find archived rows of a model, which x2many fields leave out unless told otherwise."""
    if "active" not in caller.world.table(model).at:
        return set()
    return set(caller.tx.index(model, "active").get(False, ()))


def read_datetime(value: str) -> int:
    """Read Odoo's own text, `2026-01-31 12:00:00` with or without microseconds, as a stamp."""
    moment = datetime.fromisoformat(value).replace(tzinfo=UTC)
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond


class DatetimeWriter:
    """Whole seconds as text; neighbours in time are common, so each is made once."""

    def __init__(self) -> None:
        self._made: dict[int, str] = {}

    def __call__(self, stamp: Any) -> Any:
        if stamp is False:
            return False
        second = stamp // 1_000_000
        made = self._made.get(second)
        if made is None:
            made = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M:%S")
            self._made[second] = made
        return made


def _from_elsewhere(caller: Caller, model: Model, field: Field) -> Getter:
    if field.compute is not None:
        compute = field.compute
        return lambda row: compute(caller, [row])[0]
    if field.via:
        return _borrowed(caller, model, field)
    if field.inverse:
        return _other_side(caller, field)
    return lambda row: caller.tx.sparse(model.name, field.name, row[0]) or False


def _borrowed(caller: Caller, model: Model, field: Field) -> Getter:
    link = model.fields[field.via]
    parent = caller.model(link.relation)
    get = getter(caller, parent, parent.fields[field.name])
    slot, rows = caller.slot(model.name, field.via), caller.tx.rows(parent.name)
    empty = field.empty
    return lambda row: get(rows[row[slot]]) if row[slot] in rows else empty


def _other_side(caller: Caller, field: Field) -> Getter:
    index = caller.tx.index(field.relation, field.inverse)
    return lambda row: index.get(row[0], ())


def _set_apart(caller: Caller, model: Model, slot: int, key: str, *, fallback: bool) -> Getter:
    tx, name, empty = caller.tx, model.name, 0.0

    def get(row: Row) -> Any:
        apart = tx.sparse(name, key, row[0])
        if apart is not None:
            return apart
        return row[slot] if fallback else empty

    return get
