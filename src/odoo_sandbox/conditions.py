"""A domain's nodes as tests of a row, by each field's type."""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.domain import OPPOSITE, Constant, Every, Leaf, Node, Not, Some, parse
from odoo_sandbox.families import ancestors, descendants
from odoo_sandbox.fields import NUMERIC, RELATIONAL, TEXTUAL, Field, Model, Row
from odoo_sandbox.moments import moment_test
from odoo_sandbox.patterns import like
from odoo_sandbox.refusals import value_error
from odoo_sandbox.releases import Release
from odoo_sandbox.values import getter, inactive_ids, is_plain

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
        match inner:
            case Every(nodes):
                return self.test(Some(tuple(Not(one) for one in nodes)))
            case Some(nodes):
                return self.test(Every(tuple(Not(one) for one in nodes)))
            case Not(node):
                return self.test(node)
            case Constant(value):
                return self.test(Constant(not value))
            case Leaf():
                return self._not_leaf(inner)

    def _not_leaf(self, leaf: Leaf) -> Test:
        """Turn an operator round, which leaves nulls out; 19 (18 on paths) takes the rest whole."""
        test, release = self.test(leaf), self.caller.release
        path = "." in leaf.field
        if release.compares_whole_seconds or (path and release.negates_paths_whole):
            return lambda row: not test(row)
        if leaf.operator in OPPOSITE:
            return self.test(Leaf(leaf.field, OPPOSITE[leaf.operator], leaf.value))
        if leaf.operator in ("=like", "=ilike") and not path:
            get = getter(self.caller, self.model, self.model.fields[leaf.field])
            return lambda row: get(row) is not False and not test(row)
        return lambda row: not test(row)

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
        if head == "display_name" and self.model.search_names and not field.stored:
            return self._by_names(leaf)
        return self._plain(field, leaf)

    def _by_names(self, leaf: Leaf) -> Test:
        """Look for a display name in all fields that a row may be called by."""
        leaves = tuple(Leaf(name, leaf.operator, leaf.value) for name in self.model.search_names)
        negative = leaf.operator.startswith("not") or leaf.operator == "!="
        return self.test(Every(leaves) if negative else Some(leaves))

    def _plain(self, field: Field, leaf: Leaf) -> Test:
        test = value_test(field, leaf, self.caller.release)
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
        if link.active_only and self.caller.release.since(18):
            found = found - inactive_ids(self.caller, link.relation)
        return lambda row: not found.isdisjoint(get(row))

    def _family(self, field: Field, leaf: Leaf) -> Test:
        """`child_of` and `parent_of`; of a link to its own model they speak of the row itself."""
        family = descendants if leaf.operator == "child_of" else ancestors
        if field.name == "id" or (field.type == "many2one" and field.relation == self.model.name):
            parent = "parent_id" if field.name == "id" else field.name
            roots = self._named(self.model.name, leaf.value, field)
            own = family(self.caller, self.model.name, roots, parent=parent)
            return lambda row: row[0] in own
        found = family(self.caller, field.relation, self._named(field.relation, leaf.value, field))
        hides = field.type != "many2one" and self.caller.release.since(18)
        if hides and self.caller.active_test:
            found = found - inactive_ids(self.caller, field.relation)
        return self._pointing_at(field, found)

    def _relation(self, field: Field, leaf: Leaf) -> Test:
        operator, value = leaf.operator, leaf.value
        if operator in ORDERINGS:
            get, compare = getter(self.caller, self.model, field), ORDERINGS[operator]
            return lambda row: get(row) is not False and compare(get(row), value)
        inner = self._other_side(field)
        if operator in ("any", "not any"):
            if not self.caller.release.knows_any:
                raise value_error(f"Invalid leaf {(leaf.field, operator, value)!r}")
            found = self.seek(inner, inner.model(field.relation), parse(value))
        elif operator.endswith("like"):
            positive = operator.removeprefix("not ")
            found = ids_called(inner, field.relation, positive, value, self.seek)
            if field.active_only:
                found = sorted(set(found) - inactive_ids(self.caller, field.relation))
        else:
            return self._membership(field, leaf)
        test = self._pointing_at(field, set(found))
        return (lambda row: not test(row)) if operator.startswith("not") else test

    def _other_side(self, field: Field) -> Caller:
        """Look through a many2one at archived rows too, through an x2many as the caller does."""
        if field.type == "many2one" or field.name == "id":
            return self.caller.with_context(active_test=False)
        return self.caller

    def _membership(self, field: Field, leaf: Leaf) -> Test:
        """`=`, `!=`, `in` and `not in` of ids, names or False."""
        given = _listed(leaf.value)
        listed = leaf.operator in ("in", "not in")
        or_empty = any(one in (False, None) for one in given) or not (given or listed)
        if listed and field.type != "many2one" and not self.caller.release.since(19):
            or_empty = False
        found = self._named(field.relation, [one for one in given if one], field)
        get = self._members(field)

        def test(row: Row) -> bool:
            members = get(row)
            return not found.isdisjoint(members) if members else or_empty

        return (lambda row: not test(row)) if leaf.operator in ("!=", "not in") else test

    def _members(self, field: Field) -> Callable[[Row], Sequence[int]]:
        """Read ids on the other side; 19 does not count archived children."""
        get = getter(self.caller, self.model, field)
        if field.type == "many2one":
            return lambda row: (value,) if (value := get(row)) else ()
        if field.active_only and self.caller.release.since(19):
            archived = inactive_ids(self.caller, field.relation)
            return lambda row: [one for one in get(row) if one not in archived]
        return get

    def _named(self, relation: str, given: Any, field: Field) -> set[int]:
        found: set[int] = set()
        for one in _listed(given):
            if isinstance(one, str):
                found.update(ids_called(self._other_side(field), relation, "=", one, self.seek))
            elif one:
                found.add(int(one))
        return found


def ids_called(caller: Caller, relation: str, operator: str, name: Any, seek: Seek) -> list[int]:
    """Find rows by what they are called, as a text against a relation means it."""
    model = caller.model(relation)
    if model.search_names:
        leaves = tuple(Leaf(one, operator, name) for one in model.search_names)
        return seek(caller, model, Some(leaves))
    test = value_test(_NAME, Leaf("display_name", operator, name), caller.release)
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


def value_test(field: Field, leaf: Leaf, release: Release) -> ValueTest:
    """Make a test of one raw value; from 18 on an empty text or number counts as null."""
    operator, value = leaf.operator, leaf.value
    if field.type == "datetime":
        return moment_test(operator, value, whole_seconds=release.compares_whole_seconds)
    if operator.endswith("like"):
        return _like_test(operator, value, release)
    if operator in ORDERINGS:
        return _ordering_test(field, ORDERINGS[operator], value, release)
    if operator in ("any", "not any"):
        raise value_error(f"Cannot use 'any' with non-relational fields: {field.name}")
    test = _equality(field, _listed(value), empty_is_null=release.empty_is_null)
    return (lambda kept: not test(kept)) if operator in ("!=", "not in") else test


def _ordering_test(
    field: Field, compare: Callable[[Any, Any], bool], value: Any, release: Release
) -> ValueTest:
    if release.null_text_sorts_first and field.type in TEXTUAL:
        return lambda kept: compare(kept or "", value)
    return lambda kept: kept is not False and compare(kept, value)


def _like_test(operator: str, value: Any, release: Release) -> ValueTest:
    positive = operator.removeprefix("not ")
    if not value and not positive.startswith("="):
        return lambda _kept: positive == operator
    if not value and release.empty_is_null:
        return lambda kept: (not kept) == (positive == operator)
    matches = like(positive, value)
    return matches if positive == operator else (lambda kept: not matches(kept))


def _equality(field: Field, given: Iterable[Any], *, empty_is_null: bool) -> ValueTest:
    if field.type == "boolean":
        wanted = {bool(one) for one in given}
        return lambda kept: bool(kept) in wanted
    nulls = any(one is False or one is None for one in given)
    values = {one for one in given if one is not False and one is not None}
    if empty_is_null and field.name != "id":
        nulls = nulls or "" in values or 0 in values
        return lambda kept: (nulls and not kept) or (kept is not False and kept in values)
    if field.type in NUMERIC:
        return lambda kept: kept in values
    return lambda kept: (nulls and kept is False) or (kept is not False and kept in values)
