"""ORDER BY, with PostgreSQL's place for nulls: last when ascending, first when descending."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import NUMERIC, Field, Model, Row
from odoo_sandbox.refusals import user_error, value_error
from odoo_sandbox.values import getter, is_plain

_STEP = re.compile(
    r'\s*"?(?P<name>[a-z_][a-z0-9_]*)"?(?:\s+(?P<way>asc|desc))?(?:\s+nulls\s+(?P<nulls>first|last))?\s*\Z',
    re.IGNORECASE,
)


_BY_ID = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    descending: bool
    nulls_first: bool


def parse_order(model: Model, order: str) -> list[Step]:
    """Read `name desc, id`; an unknown field is refused as a read of it would be."""
    steps = []
    for part in order.split(","):
        found = _STEP.match(part)
        if found is None:
            raise user_error(
                f'Invalid "order" specified ({order}). A valid "order" specification is a '
                "comma-separated list of valid field names (optionally followed by asc/desc for "
                "the direction)"
            )
        name, descending = found["name"], (found["way"] or "").lower() == "desc"
        if name != "id" and name not in model.fields:
            raise value_error(f"Invalid field {name!r} on model {model.name!r}")
        nulls = found["nulls"]
        steps.append(Step(name, descending, descending if not nulls else nulls.lower() == "first"))
    return steps


def order_rows(caller: Caller, model: Model, order: str, rows: list[Row]) -> list[int]:
    """Ids of the rows in this order; equal ones stay in the order of their ids."""
    rows.sort(key=_BY_ID)
    for step in reversed(parse_order(model, order)):
        if step.name == "id":
            rows.sort(key=_BY_ID, reverse=step.descending)
        else:
            _sort(caller, model, step, rows)
    return [row[0] for row in rows]


def _sort(caller: Caller, model: Model, step: Step, rows: list[Row]) -> None:
    field = model.fields[step.name]
    if is_plain(caller, field) and field.type != "many2one":
        slot = caller.slot(model.name, field.name)
        is_null = field.type not in ("boolean", *NUMERIC)
        nulls = [row for row in rows if row[slot] is False] if is_null else []
        there = [row for row in rows if row[slot] is not False] if nulls else rows
        there.sort(key=itemgetter(slot), reverse=step.descending)
    else:
        value = _sort_value(caller, model, field)
        keyed = [(value(row), row) for row in rows]
        nulls = [row for key, row in keyed if key is None]
        pairs = [(key, row) for key, row in keyed if key is not None]
        pairs.sort(key=itemgetter(0), reverse=step.descending)
        there = [row for _key, row in pairs]
    if nulls or there is not rows:
        rows[:] = nulls + there if step.nulls_first else there + nulls


def _sort_value(caller: Caller, model: Model, field: Field) -> Callable[[Row], Any]:
    """Make what a row is sorted by (None is null); a many2one sorts by its target's name."""
    get = getter(caller, model, field)
    if field.type == "boolean":
        return get
    if field.type != "many2one":
        return lambda row: None if (value := get(row)) is False else value
    target = caller.model(field.relation)
    targets = list(caller.tx.rows(target.name).values())
    names = dict(zip((row[0] for row in targets), target.display(caller, targets), strict=True))
    return lambda row: names.get(get(row)) or None
