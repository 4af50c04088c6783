"""Rows as answers: Odoo's JSON for each type, many rows at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any

import orjson

from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import Field, Model, Row
from odoo_sandbox.refusals import value_error
from odoo_sandbox.rules import hidden_fields, may_use
from odoo_sandbox.values import DatetimeWriter, batch, inactive_ids, is_plain


def readable_fields(
    caller: Caller, model: Model, names: Sequence[str] | None, *, operation: str = "read"
) -> list[Field | None]:
    """Pick the fields asked for (all when none are); None stands for the id."""
    if not names:
        return [None, *(field for field in model.fields.values() if may_use(caller, field))]
    chosen: list[Field | None] = []
    for name in dict.fromkeys(names):
        if name != "id" and name not in model.fields:
            raise value_error(
                caller.release.invalid_field_read.format(field=name, model=model.name)
            )
        chosen.append(None if name == "id" else model.fields[name])
    refused = [field.name for field in chosen if field and not may_use(caller, field)]
    if refused:
        raise hidden_fields(caller, model, operation, refused)
    return chosen


def read_rows(
    caller: Caller,
    model: Model,
    rows: Sequence[Row],
    fields: Iterable[Field | None],
    *,
    load: str | None = "_classic_read",
) -> list[dict[str, Any]]:
    """Make answers of these rows, `id` first; `load=None` leaves many2one ids bare."""
    wanted = [field for field in fields if field is not None]
    _trip_over_unreadable(caller, model, rows, wanted)
    _trip_over_failing(caller, model, rows, wanted)
    rows = _without_dangling(caller, model, rows, wanted)
    names = ["id", *(field.name for field in wanted)]
    columns: list[Sequence[Any]] = [[row[0] for row in rows]]
    columns += [_column(caller, model, rows, field, load) for field in wanted]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def _column(
    caller: Caller, model: Model, rows: Sequence[Row], field: Field, load: str | None
) -> Sequence[Any]:
    if is_plain(caller, field):
        slot = caller.slot(model.name, field.name)
        raw: Sequence[Any] = [row[slot] for row in rows]
    else:
        raw = batch(caller, model, field, rows)
    if field.type == "many2one":
        return named(caller, field.relation, raw) if load else raw
    if field.type in ("one2many", "many2many"):
        return _active_only(caller, field, raw)
    if field.type == "datetime":
        return list(map(DatetimeWriter(), raw))
    if field.type in ("float", "monetary") and not isfinite(sum(raw)):
        return list(map(_number, raw))
    return raw


def _number(value: float) -> Any:
    """Write what is no number as Python's JSON does, and so Odoo; a strict reader refuses it."""
    return value if isfinite(value) else orjson.Fragment(json.dumps(value))


def named(caller: Caller, relation: str, ids: Sequence[Any]) -> list[Any]:
    """`[id, display_name]` for each id; a name is shown even of rows that the user cannot read."""
    distinct = [one for one in set(ids) if one is not False]
    model, root = caller.model(relation), caller.as_root()
    rows = [row for one in distinct if (row := caller.tx.get(relation, one)) is not None]
    pairs: dict[Any, Any] = {
        row[0]: [row[0], name] for row, name in zip(rows, model.display(root, rows), strict=True)
    }
    return [pairs.get(one, False) for one in ids]


def _active_only(caller: Caller, field: Field, raw: Sequence[Any]) -> list[list[int]]:
    hides = caller.active_test or field.active_only
    archived = inactive_ids(caller, field.relation) if hides else set()
    if not archived:
        return [list(members) for members in raw]
    return [[one for one in members if one not in archived] for members in raw]


def _trip_over_unreadable(
    caller: Caller, model: Model, rows: Sequence[Row], fields: Sequence[Field]
) -> None:
    """One row that cannot be computed fails the whole page, as in Odoo."""
    broken = caller.world.unreadable.get(model.name)
    if not broken:
        return
    names = {field.name for field in fields}
    for row in rows:
        at_fault = broken.get(row[0])
        if at_fault is not None and (not at_fault or at_fault in names):
            raise value_error(f"Expected singleton: {model.name}({row[0]}, {row[0]})")


def _trip_over_failing(
    caller: Caller, model: Model, rows: Sequence[Row], fields: Sequence[Field]
) -> None:
    """Fail every page that asks for a field that cannot be computed, as Odoo does."""
    failing = caller.world.failing.get(model.name, {})
    for field in fields:
        how = failing.get(field.name)
        if how == "access" and rows:
            raise hidden_fields(caller, model, "read", [field.name])
        if how == "error" and rows:
            raise value_error(f"could not convert string to float: {field.name!r}")
        if how == "singleton" and len(rows) > 1:
            ids = ", ".join(str(row[0]) for row in rows)
            raise value_error(f"Expected singleton: {model.name}({ids})")


def _without_dangling(
    caller: Caller, model: Model, rows: Sequence[Row], fields: Sequence[Field]
) -> Sequence[Row]:
    """Leave rows out whose computation meets a MissingError, without a word, as Odoo does."""
    dangling = caller.world.dangling.get(model.name, {})
    out = [dangling[field.name] for field in fields if field.name in dangling]
    return [row for row in rows if not any(row[0] in ids for ids in out)] if out else rows
