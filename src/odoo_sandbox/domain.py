"""A search domain as a tree: prefix lists in, nodes out; nothing about rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from odoo_sandbox.refusals import value_error

OPERATORS = frozenset(
    {
        "=", "!=", "<>", "==", ">", ">=", "<", "<=", "=?", "in", "not in",
        "like", "not like", "ilike", "not ilike", "=like", "not =like", "=ilike", "not =ilike",
        "child_of", "parent_of", "any", "not any",
    }
)  # fmt: skip

OPPOSITE = {
    "=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
    "in": "not in", "not in": "in", "like": "not like", "not like": "like",
    "ilike": "not ilike", "not ilike": "ilike", "any": "not any", "not any": "any",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leaf:
    field: str
    operator: str
    value: Any


@dataclass(frozen=True, slots=True)
class Every:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    node: Node


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool


Node = Leaf | Every | Some | Not | Constant


def parse(domain: Sequence[Any] | None) -> Node:
    """Read a domain; terms without an operator between them are joined by `&`."""
    stack: list[Node] = []
    for term in reversed(domain or ()):
        if term == "!":
            stack.append(Not(_pop(stack, domain)))
        elif term in ("&", "|"):
            first, second = _pop(stack, domain), _pop(stack, domain)
            stack.append(_join(term, first, second))
        else:
            stack.append(_leaf(term))
    return Every(tuple(reversed(stack)))


def _pop(stack: list[Node], domain: object) -> Node:
    if not stack:
        raise value_error(f"Domain {domain!r} is syntactically not correct")
    return stack.pop()


def _join(operator: str, first: Node, second: Node) -> Node:
    kind = Every if operator == "&" else Some
    parts = [*(first.nodes if isinstance(first, kind) else (first,))]
    parts += second.nodes if isinstance(second, kind) else (second,)
    return kind(tuple(parts))


def _leaf(term: Any) -> Node:
    if not isinstance(term, list | tuple) or len(term) != 3:  # noqa: PLR2004 - a leaf is a triple
        raise value_error(f"Invalid leaf {term!r}")
    field, operator, value = term
    if (field, operator) in ((1, "="), (0, "=")):
        return Constant(field == value)
    operator = str(operator).lower()
    if operator not in OPERATORS or not isinstance(field, str):
        raise value_error(f"Invalid leaf {tuple(term)!r}")
    operator = {"<>": "!=", "==": "="}.get(operator, operator)
    if operator == "=?":
        return Leaf(field, "=", value) if value not in (None, False) else Constant(value=True)
    return Leaf(field, operator, value)


def mentions(node: Node, field: str) -> bool:
    """Whether a field stands in a domain, as `active` does when somebody asks for it."""
    match node:
        case Leaf(field=name):
            return name == field
        case Every(nodes) | Some(nodes):
            return any(mentions(one, field) for one in nodes)
        case Not(inner):
            return mentions(inner, field)
        case Constant():
            return False
