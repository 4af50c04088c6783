"""read_group (all versions), formatted_read_group (19): counts, sums, extremes, by plain fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import Field, Model, Row
from odoo_sandbox.reading import named
from odoo_sandbox.refusals import value_error
from odoo_sandbox.rules import check_model
from odoo_sandbox.search import search_ids
from odoo_sandbox.values import DatetimeWriter, getter

_NULLS_UNTIL = 16
_AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "min": min,
    "max": max,
    "avg": lambda values: sum(values) / len(values),
    "count": len,
    "count_distinct": lambda values: len(set(values)),
    "array_agg": list,
}


def read_group(  # noqa: PLR0917 - Odoo's arguments, in Odoo's order
    caller: Caller,
    model: Model,
    domain: Sequence[Any],
    fields: Sequence[str],
    groupby: Sequence[str] | str,
    offset: int = 0,
    limit: int | None = None,
    orderby: str | bool = False,  # noqa: ARG001, FBT001, FBT002 - Odoo's signature
    lazy: bool = True,  # noqa: FBT001, FBT002
) -> list[dict[str, Any]]:
    """One answer a group: `__count` (or `<field>_count` when lazy), sums under the field's name."""
    by = [groupby] if isinstance(groupby, str) else list(groupby)
    used = by[:1] if lazy else by
    count_name = f"{used[0]}_count" if lazy and used else "__count"
    asked = [_old_aggregate(model, one) for one in fields]
    answers = []
    for key, rows in _groups(caller, model, domain, used):
        answer = dict(zip(used, key, strict=True))
        answer[count_name] = len(rows)
        for name, function, source in asked:
            if function and name not in used:
                answer[name] = _aggregate(caller, model, rows, function, source)
        if used or caller.release.major > _NULLS_UNTIL:
            answer["__domain"] = _group_domain(domain, used, key)
        answers.append(answer)
    return answers[offset : offset + limit if limit else None]


def formatted_read_group(  # noqa: PLR0917 - Odoo's arguments, in Odoo's order
    caller: Caller,
    model: Model,
    domain: Sequence[Any],
    groupby: Sequence[str] = (),
    aggregates: Sequence[str] = (),
    having: Sequence[Any] = (),  # noqa: ARG001
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,  # noqa: ARG001
) -> list[dict[str, Any]]:
    """19's: aggregates are `__count` and `field:function`, and stay so named."""
    answers = []
    for key, rows in _groups(caller, model, domain, groupby):
        answer: dict[str, Any] = dict(zip(groupby, key, strict=True))
        answer["__extra_domain"] = _group_domain([], groupby, key) or [[1, "=", 1]]
        for one in aggregates:
            source, _, function = one.partition(":")
            counted = one == "__count"
            answer[one] = (
                len(rows) if counted else _aggregate(caller, model, rows, function, source)
            )
        answers.append(answer)
    return answers[offset : offset + limit if limit else None]


def _groups(
    caller: Caller, model: Model, domain: Sequence[Any], by: Sequence[str]
) -> list[tuple[tuple[Any, ...], list[Row]]]:
    check_model(caller, model, "read")
    rows = caller.tx.rows(model.name)
    found = [rows[one] for one in search_ids(caller, model, domain, order="id")]
    if not by:
        return [((), found)]
    gets = [getter(caller, model, _known(caller, model, name)) for name in by]
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in found:
        groups.setdefault(tuple(get(row) for get in gets), []).append(row)
    keys = sorted(
        groups, key=lambda key: [_place(caller, model, *pair) for pair in zip(by, key, strict=True)]
    )
    shown = [_shown(caller, model.fields[name], keys, place) for place, name in enumerate(by)]
    return [
        (tuple(column[number] for column in shown), groups[key]) for number, key in enumerate(keys)
    ]


def _place(caller: Caller, model: Model, name: str, value: Any) -> tuple[bool, Any]:
    """Nulls last; a boolean's False is a value."""
    is_null = value is False and _known(caller, model, name).type != "boolean"
    return (is_null, "" if is_null else value)


def _known(caller: Caller, model: Model, name: str) -> Field:
    if name not in model.fields:
        raise value_error(caller.release.invalid_field_read.format(field=name, model=model.name))
    return model.fields[name]


def _shown(caller: Caller, field: Field, keys: Sequence[tuple[Any, ...]], place: int) -> list[Any]:
    values = [key[place] for key in keys]
    if field.type == "many2one":
        return [tuple(pair) if pair else pair for pair in named(caller, field.relation, values)]
    return list(map(DatetimeWriter(), values)) if field.type == "datetime" else values


def _group_domain(domain: Sequence[Any], by: Sequence[str], key: Sequence[Any]) -> list[Any]:
    bounds = [
        [name, "=", value[0] if isinstance(value, tuple) else value]
        for name, value in zip(by, key, strict=True)
    ]
    return [*(["&"] * len(bounds) if domain else ["&"] * (len(bounds) - 1)), *domain, *bounds]


def _old_aggregate(model: Model, asked: str) -> tuple[str, str, str]:
    """`amount`, `amount:sum` or `total:sum(amount)`; numbers are summed when nothing is said."""
    name, _, function = asked.partition(":")
    if not function:
        field = model.fields.get(name)
        numeric = field is not None and field.type in ("float", "monetary", "integer")
        return name, "sum" if numeric else "", name
    function, _, source = function.partition("(")
    return name, function, source.rstrip(")") or name


def _aggregate(
    caller: Caller, model: Model, rows: Sequence[Row], function: str, source: str
) -> Any:
    if function not in _AGGREGATES:
        raise value_error(f"Invalid aggregation function {function!r}")
    if source == "id":
        values: list[Any] = [row[0] for row in rows]
    else:
        field = _known(caller, model, source)
        get = getter(caller, model, field)
        values = [value for row in rows if (value := get(row)) is not False]
    if not values:
        if function.startswith("count"):
            return 0
        return None if caller.release.major <= _NULLS_UNTIL else False
    result = _AGGREGATES[function](values)
    is_moment = source != "id" and model.fields[source].type == "datetime"
    return DatetimeWriter()(result) if is_moment and function in ("min", "max") else result
