"""Finding ids: what the domain says, what the user may see, in the order asked for.

`id > n order by id limit m` costs a page, not the table: bounds on `id` are found by bisection.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.conditions import Conditions, ids_called
from odoo_sandbox.domain import Every, Leaf, Node, mentions, parse
from odoo_sandbox.fields import Model
from odoo_sandbox.ordering import order_rows, parse_order
from odoo_sandbox.rules import rule_nodes

_REMEMBER_ABOVE = 1_000


def ids_of(
    caller: Caller,
    model: Model,
    node: Node,
    *,
    order: str | None = "id",
    offset: int = 0,
    limit: int | None = None,
) -> list[int]:
    """Ids that match and that the user may see."""
    wanted = _flat(Every((node, *_implied(caller, model, node))))
    candidates, rest = _narrowed(caller, model, wanted)
    steps = parse_order(model, order or model.order)
    stop = None if not limit else offset + limit
    if steps[0].name == "id":
        backwards = candidates[::-1] if steps[0].descending else candidates
        return list(islice(_matching(caller, model, rest, backwards), offset, stop))
    found = list(_matching(caller, model, rest, candidates))
    return _ordered(caller, model, order or model.order, found)[offset:stop]


def search_ids(
    caller: Caller,
    model: Model,
    domain: Sequence[Any] | None,
    *,
    order: str | None = None,
    offset: int = 0,
    limit: int | None = None,
) -> list[int]:
    return ids_of(caller, model, parse(domain), order=order, offset=offset, limit=limit)


def count(caller: Caller, model: Model, domain: Sequence[Any] | None) -> int:
    return len(ids_of(caller, model, parse(domain)))


def ids_by_name(caller: Caller, model: Model, operator: str, name: str) -> list[int]:
    return ids_called(caller, model.name, operator, name, ids_of)


def visible_among(caller: Caller, model: Model, row_ids: Iterable[int]) -> set[int]:
    """Of these rows, archived ones too, those that the record rules let the user see."""
    wanted = list(row_ids)
    nodes = rule_nodes(caller, model)
    if not nodes:
        return set(wanted)
    test = Conditions(caller, model, ids_of).test(Every(tuple(nodes)))
    found = ((row_id, caller.tx.get(model.name, row_id)) for row_id in wanted)
    return {row_id for row_id, row in found if row is not None and test(row)}


class _Slice(Sequence[int]):
    """A part of a sorted list of ids, without copying it."""

    def __init__(self, ids: Sequence[int], places: range) -> None:
        self._ids = ids
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return _Slice(self._ids, self._places[place])
        return self._ids[self._places[place]]

    def __iter__(self) -> Iterator[int]:
        return map(self._ids.__getitem__, self._places)


def _implied(caller: Caller, model: Model, node: Node) -> list[Node]:
    """Add what nobody asked for: only active rows, only rows that the rules let through."""
    implied: list[Node] = []
    if "active" in model.fields and caller.active_test and not mentions(node, "active"):
        implied.append(Leaf("active", "=", value=True))
    return implied + rule_nodes(caller, model)


def _flat(node: Every) -> list[Node]:
    flat: list[Node] = []
    for one in node.nodes:
        flat.extend(_flat(one) if isinstance(one, Every) else [one])
    return flat


def _narrowed(caller: Caller, model: Model, wanted: list[Node]) -> tuple[Sequence[int], list[Node]]:
    """Candidates by the bounds on `id`, and what is left to test."""
    ids = caller.tx.ids(model.name)
    low, high, rest = 0, len(ids), []
    chosen: set[int] | None = None
    for node in wanted:
        match node:
            case Leaf("id", ">" | ">=" as sign, int(bound)):
                low = max(low, (bisect_right if sign == ">" else bisect_left)(ids, bound))
            case Leaf("id", "<" | "<=" as sign, int(bound)):
                high = min(high, (bisect_left if sign == "<" else bisect_right)(ids, bound))
            case Leaf("id", "=", int(bound)):
                chosen = {bound} if chosen is None else chosen & {bound}
            case Leaf("id", "in", list(bounds) | tuple(bounds)):
                members = {one for one in bounds if type(one) is int}
                chosen = members if chosen is None else chosen & members
            case _:
                rest.append(node)
    places = range(low, max(low, high))
    if chosen is None:
        return _Slice(ids, places), rest
    first, last = (ids[places[0]], ids[places[-1]]) if places else (1, 0)
    there = (one for one in chosen if first <= one <= last)
    return sorted(one for one in there if caller.tx.get(model.name, one) is not None), rest


def _matching(
    caller: Caller, model: Model, rest: list[Node], candidates: Sequence[int]
) -> Iterator[int]:
    tests = [Conditions(caller, model, ids_of).test(node) for node in rest]
    if not tests:
        return iter(candidates)
    rows = caller.tx.rows(model.name)
    if len(tests) == 1:
        (only,) = tests
        return (row_id for row_id in candidates if only(rows[row_id]))
    return (row_id for row_id in candidates if _passes(tests, rows[row_id]))


def _passes(tests: list[Any], row: Any) -> bool:
    for test in tests:  # noqa: SIM110 - a generator for each row costs as much as the tests
        if not test(row):
            return False
    return True


def _ordered(caller: Caller, model: Model, order: str, found: list[int]) -> list[int]:
    """Sort; what is asked of most of a table is sorted once for each of its versions."""
    table, rows = caller.world.table(model.name), caller.tx.rows(model.name)
    shared = caller.lang == "en_US" and caller.tx.pristine(model.name)
    if not shared or len(found) < max(_REMEMBER_ABOVE, len(table.ids) // 4):
        return order_rows(caller, model, order, [rows[row_id] for row_id in found])
    key = f"order by {order}"
    whole = table.remembered(key)
    if whole is None:
        whole = order_rows(caller, model, order, list(rows.values()))
        table.remember(key, whole)
    members = set(found)
    return [row_id for row_id in whole if row_id in members]
