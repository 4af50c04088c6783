"""A domain's nodes as tests of a row, by each field's type."""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from odoosync.sandbox.caller import Caller
from odoosync.sandbox.domain import Constant, Every, Leaf, Node, Not, Some, negated, parse
from odoosync.sandbox.families import ancestors, descendants
from odoosync.sandbox.fields import NUMERIC, RELATIONAL, Field, Model, Row
from odoosync.sandbox.moments import moment_test
from odoosync.sandbox.patterns import like
from odoosync.sandbox.refusals import value_error
from odoosync.sandbox.values import getter, is_plain

Test = Callable[[Row], bool]
ValueTest = Callable[[Any], bool]
Seek = Callable[[Caller, Model, Node], list[int]]

_ID = Field("id", "integer", "ID", readonly=True)
_NAME = Field("display_name", "char", "Display Name")
ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    ">": op.gt,
    ">=": op.ge,
    "<": op.lt,
    "<=": op.le,
}


@dataclass(frozen=True, slots=True)
class Conditions:
    """Compiles nodes over one model; `seek` finds ids on the other side of a relation."""

    caller: Caller
    model: Model
    seek: Seek

    def test(self, node: Node) -> Test:
        """Compile once, test many rows."""
        match node:
            case Constant(value):
                return lambda _row: value
            case Every(nodes):
                return _all_of([self.test(one) for one in nodes])
            case Some(nodes):
                tests = [self.test(one) for one in nodes]
                return lambda row: any(test(row) for test in tests)
            case Not(inner):
                return self._not(inner)
            case Leaf():
                return self._leaf(node)

    def _not(self, inner: Node) -> Test:
        opposite = negated(inner)
        plain = isinstance(inner, Leaf) and self.caller.release.compares_whole_seconds
        if plain or isinstance(opposite, Not):
            test = self.test(inner)
            return lambda row: not test(row)
        return self.test(opposite)

    def _leaf(self, leaf: Leaf) -> Test:
        head, _, rest = leaf.field.partition(".")
        self._check(leaf)
        field = _ID if head == "id" else self.model.fields.get(head)
        if field is None:
            raise value_error(self._no_such_field(head, leaf))
        if field.via:
            return self._through(self.model.fields[field.via], leaf)
        if rest:
            return self._through(field, Leaf(rest, leaf.operator, leaf.value))
        if leaf.operator in ("child_of", "parent_of"):
            return self._family(field, leaf)
        if field.type in RELATIONAL:
            return self._relation(field, leaf)
        return self._plain(field, leaf)

    def _plain(self, field: Field, leaf: Leaf) -> Test:
        test = value_test(field, leaf, zero_is_null=self.caller.release.compares_whole_seconds)
        if field.name == "id":
            return lambda row: test(row[0])
        if is_plain(self.caller, field):
            slot = self.caller.slot(self.model.name, field.name)
            return lambda row: test(row[slot])
        get = getter(self.caller, self.model, field)
        return lambda row: test(get(row))

    def _check(self, leaf: Leaf) -> None:
        """Refuse one value where a list belongs; 19 takes it."""
        strict = not self.caller.release.compares_whole_seconds
        is_list = isinstance(leaf.value, list | tuple | set | bool)
        if strict and leaf.operator in ("in", "not in") and not is_list:
            term = (leaf.field, leaf.operator, leaf.value)
            raise value_error(f"Invalid domain term {term!r}")

    def _no_such_field(self, field: str, leaf: Leaf) -> str:
        return self.caller.release.invalid_field_condition.format(
            model=self.model.name, field=field, leaf=(leaf.field, leaf.operator, leaf.value)
        )

    def _through(self, link: Field, leaf: Leaf) -> Test:
        """Follow a dotted path: rows that match on the other side, then those pointing there."""
        if link.type not in RELATIONAL:
            raise value_error(self._no_such_field(f"{link.name}.{leaf.field}", leaf))
        inner = self.caller
        if link.type == "many2one":
            inner = inner.with_context(active_test=False)
        if link.on_delete == "cascade":
            inner = inner.as_root()
        found = self.seek(inner, inner.model(link.relation), leaf)
        return self._pointing_at(link, set(found))

    def _pointing_at(self, link: Field, found: set[int]) -> Test:
        get = getter(self.caller, self.model, link)
        if link.type == "many2one":
            return lambda row: get(row) in found
        return lambda row: not found.isdisjoint(get(row))

    def _family(self, field: Field, leaf: Leaf) -> Test:
        relation = self.model.name if field.name == "id" else field.relation
        family = descendants if leaf.operator == "child_of" else ancestors
        found = family(self.caller, relation, self._named(relation, leaf.value))
        if field.name == "id":
            return lambda row: row[0] in found
        return self._pointing_at(field, found)

    def _relation(self, field: Field, leaf: Leaf) -> Test:
        operator, value = leaf.operator, leaf.value
        if operator in ("any", "not any"):
            if not self.caller.release.knows_any:
                raise value_error(f"Invalid leaf {(leaf.field, operator, value)!r}")
            inner = self.caller.with_context(active_test=False)
            found = set(self.seek(inner, inner.model(field.relation), parse(value)))
        elif operator in ORDERINGS:
            get, compare = getter(self.caller, self.model, field), ORDERINGS[operator]
            return lambda row: get(row) is not False and compare(get(row), value)
        elif operator.endswith("like"):
            found = self._called(field.relation, operator.removeprefix("not "), value)
        else:
            return self._membership(field, leaf)
        test = self._pointing_at(field, found)
        return (lambda row: not test(row)) if operator.startswith("not") else test

    def _membership(self, field: Field, leaf: Leaf) -> Test:
        """`=`, `!=`, `in` and `not in` of ids, names or False."""
        given = _listed(leaf.value)
        or_empty = any(one in (False, None) for one in given)
        or_empty = or_empty or (not given and leaf.operator in ("=", "!="))
        found = self._named(field.relation, [one for one in given if one])
        get, many = getter(self.caller, self.model, field), field.type != "many2one"

        def test(row: Row) -> bool:
            value = get(row)
            if not value:
                return or_empty
            return not found.isdisjoint(value) if many else value in found

        return (lambda row: not test(row)) if leaf.operator in ("!=", "not in") else test

    def _named(self, relation: str, given: Any) -> set[int]:
        found: set[int] = set()
        for one in _listed(given):
            if isinstance(one, str):
                found |= self._called(relation, "=", one)
            elif one:
                found.add(int(one))
        return found

    def _called(self, relation: str, operator: str, name: Any) -> set[int]:
        caller = self.caller.with_context(active_test=False)
        return set(ids_called(caller, relation, operator, name, self.seek))


def ids_called(caller: Caller, relation: str, operator: str, name: Any, seek: Seek) -> list[int]:
    """Ids of the rows whose display name matches, as a text against a relation means it."""
    model = caller.model(relation)
    leaf = Leaf("display_name", operator, name)
    test = value_test(_NAME, leaf, zero_is_null=False)
    rows, visible = caller.tx.rows(relation), seek(caller, model, Every(()))
    names = model.display(caller, [rows[row_id] for row_id in visible])
    return [row_id for row_id, called in zip(visible, names, strict=True) if test(called)]


def _all_of(tests: list[Test]) -> Test:
    if not tests:
        return lambda _row: True
    if len(tests) == 1:
        return tests[0]
    return lambda row: all(test(row) for test in tests)


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set) else [value]


def value_test(field: Field, leaf: Leaf, *, zero_is_null: bool) -> ValueTest:
    """Make a test of one raw value; from 19 on an empty number counts as null."""
    operator, value = leaf.operator, leaf.value
    if field.type == "datetime":
        return moment_test(operator, value, whole_seconds=zero_is_null)
    if operator.endswith("like"):
        return _like_test(operator, value)
    if operator in ORDERINGS:
        compare = ORDERINGS[operator]
        return lambda kept: kept is not False and compare(kept, value)
    if operator in ("any", "not any"):
        raise value_error(f"Cannot use 'any' with non-relational fields: {field.name}")
    test = _equality(field, _listed(value), zero_is_null=zero_is_null)
    return (lambda kept: not test(kept)) if operator in ("!=", "not in") else test


def _like_test(operator: str, value: Any) -> ValueTest:
    if not value and "=" not in operator:
        return lambda _kept: not operator.startswith("not")
    matches = like(operator.removeprefix("not "), value)
    return (lambda kept: not matches(kept)) if operator.startswith("not") else matches


def _equality(field: Field, given: Iterable[Any], *, zero_is_null: bool) -> ValueTest:
    if field.type == "boolean":
        wanted = {bool(one) for one in given}
        return lambda kept: bool(kept) in wanted
    nulls = any(one is False or one is None for one in given)
    values = {one for one in given if one is not False and one is not None}
    if field.type in NUMERIC and field.name != "id":
        return lambda kept: kept in values or (nulls and zero_is_null and not kept)
    return lambda kept: (
        (nulls and (kept is False or kept == "")) or (kept is not False and kept in values)
    )
