"""Parents and children of a model that has a `parent_id`."""

from __future__ import annotations

from collections.abc import Iterable

from odoosync.sandbox.caller import Caller


def descendants(caller: Caller, model: str, roots: Iterable[int]) -> set[int]:
    """Return the roots and everything below them."""
    found: set[int] = set()
    if "parent_id" not in caller.world.table(model).at:
        return set(roots)
    children = caller.tx.index(model, "parent_id")
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(children.get(one, ()))
    return found


def ancestors(caller: Caller, model: str, starts: Iterable[int]) -> set[int]:
    """Return the starts and everything above them."""
    found: set[int] = set()
    if "parent_id" not in caller.world.table(model).at:
        return set(starts)
    waiting = list(starts)
    while waiting:
        one = waiting.pop()
        if one and one not in found:
            found.add(one)
            waiting.append(caller.tx.value(model, one, "parent_id"))
    return found
