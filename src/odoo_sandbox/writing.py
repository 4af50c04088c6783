"""create, write and unlink: rights, values, hooks of the models, what the database cascades."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.coercion import check_names, coerce
from odoo_sandbox.constraints import not_filled_in
from odoo_sandbox.fields import Field, Model
from odoo_sandbox.hooks import HOOKS, Hooks
from odoo_sandbox.refusals import missing_error
from odoo_sandbox.releases import Release
from odoo_sandbox.rules import check_model, hidden_fields, hidden_rows, may_use
from odoo_sandbox.search import visible_among
from odoo_sandbox.values import getter, storage_key

_LOGGED = frozenset({"create_uid", "create_date", "write_uid", "write_date", "id"})
_ADD, _MAKE, _CHANGE, _DELETE, _CUT, _CLEAR, _SET = 4, 0, 1, 2, 3, 5, 6


def create(caller: Caller, model: Model, vals_list: Sequence[Mapping[str, Any]]) -> list[int]:
    check_model(caller, model, "create")
    return [_create_one(caller, model, dict(vals)) for vals in vals_list]


def write(caller: Caller, model: Model, ids: Sequence[int], vals: Mapping[str, Any]) -> None:
    check_model(caller, model, "write")
    check_rows(caller, model, ids, "write")
    check_names(caller, model, vals, creating=False)
    _check_fields(caller, model, vals)
    hooks = HOOKS.get(model.name, Hooks())
    given = hooks.before_write(caller, ids, {k: v for k, v in vals.items() if k not in _LOGGED})
    columns, others = _split(caller, model, given, creating=False)
    _check_required(caller.release, model, columns, creating=False)
    caller.tx.update(model.name, ids, columns)
    for field, value in others:
        _write_elsewhere(caller, model, field, ids, value)
    hooks.after_write(caller, ids, given)


def unlink(caller: Caller, model: Model, ids: Sequence[int]) -> None:
    check_model(caller, model, "unlink")
    check_rows(caller, model, ids, "unlink")
    hooks = HOOKS.get(model.name, Hooks())
    follow, orphans = hooks.before_unlink(caller, ids), hooks.orphans_of(caller, ids)
    caller.tx.sql_delete(model.name, ids)
    for other, other_ids in follow.items():
        caller.tx.sql_delete(other, other_ids)
    hooks.after_unlink(caller, orphans)


def check_rows(caller: Caller, model: Model, ids: Sequence[int], operation: str) -> None:
    """Rows that are gone and rows that are hidden are refused, each in its own way."""
    for row_id in ids:
        if caller.tx.get(model.name, row_id) is None:
            raise missing_error(model.name, row_id, caller.uid)
    if len(visible_among(caller, model, ids)) < len(set(ids)):
        raise hidden_rows(caller, model, operation)


def _create_one(caller: Caller, model: Model, vals: dict[str, Any]) -> int:
    check_names(caller, model, vals, creating=True)
    _check_fields(caller, model, vals)
    hooks = HOOKS.get(model.name, Hooks())
    given = {name: value for name, value in vals.items() if name not in _LOGGED}
    given = _with_parent(caller, model, {**_defaults(model), **given})
    given = hooks.before_create(caller, given)
    columns, others = _split(caller, model, given, creating=True)
    row_id = caller.tx.insert(model.name, columns)
    _check_required(caller.release, model, columns, creating=True)
    for field, value in others:
        _write_elsewhere(caller, model, field, [row_id], value)
    hooks.after_create(caller, row_id, given)
    return row_id


def _defaults(model: Model) -> dict[str, Any]:
    return {
        field.name: field.default
        for field in model.fields.values()
        if field.has_column and field.default is not False
    }


def _with_parent(caller: Caller, model: Model, given: dict[str, Any]) -> dict[str, Any]:
    """Make first the row whose fields another borrows: the template of a variant."""
    borrowed = {name for name, field in model.fields.items() if field.via}
    link = next((model.fields[model.fields[name].via] for name in borrowed), None)
    if link is None or given.get(link.name):
        return given
    shared = {name: value for name, value in given.items() if name in borrowed}
    kept = {name: value for name, value in given.items() if name not in borrowed}
    alone = caller.with_context(create_product_product=False)
    (kept[link.name],) = create(alone, caller.model(link.relation), [shared])
    return kept


def _check_fields(caller: Caller, model: Model, vals: Mapping[str, Any]) -> None:
    refused = [
        name for name in vals if name in model.fields and not may_use(caller, model.fields[name])
    ]
    if refused:
        raise hidden_fields(caller, model, "write", refused)


def _check_required(
    release: Release, model: Model, columns: Mapping[str, Any], *, creating: bool
) -> None:
    for field in model.fields.values():
        if not (field.required and field.has_column) or field.type == "boolean":
            continue
        if (creating or field.name in columns) and columns.get(field.name, False) is False:
            raise not_filled_in(release, model, field)


def _split(
    caller: Caller, model: Model, given: Mapping[str, Any], *, creating: bool
) -> tuple[dict[str, Any], list[tuple[Field, Any]]]:
    """Values for the row itself, and those that land elsewhere."""
    columns: dict[str, Any] = {}
    others: list[tuple[Field, Any]] = []
    for name, value in given.items():
        field = model.fields.get(name)
        if field is None:
            continue
        if field.type in ("many2many", "one2many") or field.via:
            others.append((field, value))
        elif not field.compute:
            coerced = coerce(caller, model, field, value)
            columns[storage_key(caller, field)] = coerced
            if creating and field.translate:
                columns[name] = coerced
    return columns, others


def _write_elsewhere(
    caller: Caller, model: Model, field: Field, ids: Sequence[int], value: Any
) -> None:
    if field.via:
        link = model.fields[field.via]
        parents = {caller.tx.value(model.name, row_id, field.via) for row_id in ids}
        write(caller.as_root(), caller.model(link.relation), sorted(parents), {field.name: value})
        return
    for row_id in ids:
        for command in _commands(value):
            _obey(caller, model, field, row_id, command)


def _commands(value: Any) -> list[tuple[int, int, Any]]:
    """x2many commands; a bare list of ids replaces what is there."""
    if not value:
        return [(_CLEAR, 0, 0)]
    if all(isinstance(one, int) for one in value):
        return [(_SET, 0, list(value))]
    padded = ((*one, 0, 0) for one in value)
    return [(kind, other_id, more) for kind, other_id, more, *_ in padded]


def _obey(
    caller: Caller, model: Model, field: Field, row_id: int, command: tuple[int, int, Any]
) -> None:
    kind, other_id, more = command
    relation = caller.model(field.relation)
    if kind == _MAKE:
        extra = {field.inverse: row_id} if field.type == "one2many" else {}
        (made,) = create(caller, relation, [{**more, **extra}])
        if field.type == "many2many":
            _join(caller, model, field, row_id, {made: True})
    elif kind == _CHANGE:
        write(caller, relation, [other_id], more)
    elif kind == _DELETE:
        unlink(caller, relation, [other_id])
    else:
        _join(caller, model, field, row_id, _members(caller, model, field, row_id, command))


def _members(
    caller: Caller, model: Model, field: Field, row_id: int, command: tuple[int, int, Any]
) -> dict[int, bool]:
    kind, other_id, more = command
    if kind in (_ADD, _CUT):
        return {other_id: kind == _ADD}
    row = caller.tx.get(model.name, row_id)
    now = () if row is None else getter(caller, model, field)(row)
    wanted = set(more) if kind == _SET else set()
    return {**dict.fromkeys(set(now) - wanted, False), **dict.fromkeys(wanted, True)}


def _join(
    caller: Caller, model: Model, field: Field, row_id: int, members: Mapping[int, bool]
) -> None:
    """Tie and untie: tags without a stamp on either side, children by writing their parent."""
    if field.type == "one2many":
        for other_id, there in members.items():
            if there != (caller.tx.value(field.relation, other_id, field.inverse) == row_id):
                target = {field.inverse: row_id if there else False}
                write(caller, caller.model(field.relation), [other_id], target)
    elif field.inverse:
        for other_id, there in members.items():
            caller.tx.link(field.relation, other_id, field.inverse, {row_id: there})
    else:
        caller.tx.link(model.name, row_id, field.name, members)
