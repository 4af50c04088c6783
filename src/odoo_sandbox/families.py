"""Parents and children of a model that has a `parent_id`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from odoo_sandbox.caller import Caller
from odoo_sandbox.table import Index
from odoo_sandbox.values import getter


def descendants(
    caller: Caller, model: str, roots: Iterable[int], *, parent: str = "parent_id"
) -> set[int]:
    """Return the roots and everything below them."""
    found: set[int] = set()
    if parent not in caller.model(model).fields:
        return set(roots)
    children = _index(caller, model, parent)
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(children.get(one, ()))
    return found


def ancestors(
    caller: Caller, model: str, starts: Iterable[int], *, parent: str = "parent_id"
) -> set[int]:
    """Return the starts and everything above them."""
    found: set[int] = set()
    declared = caller.model(model)
    if parent not in declared.fields:
        return set(starts)
    get, rows = getter(caller, declared, declared.fields[parent]), caller.tx.rows(model)
    waiting = list(starts)
    while waiting:
        one = waiting.pop()
        if one and one in rows and one not in found:
            found.add(one)
            waiting.append(get(rows[one]))
    return found


def _index(caller: Caller, model: str, parent: str) -> Index:
    """Find children by their parent, through a computed link too."""
    declared = caller.model(model)
    field = declared.fields[parent]
    if field.has_column:
        return caller.tx.index(model, parent)
    rows = caller.tx.rows(model)
    get, made = getter(caller, declared, field), dict[int, list[int]]()
    for row_id in caller.tx.ids(model):
        made.setdefault(get(rows[row_id]), []).append(row_id)
    return cast("Index", made)
