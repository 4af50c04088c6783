"""Contacts: addresses and tax ids flow between a company and its people; so do names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.families import descendants
from odoo_sandbox.hooks.seam import Hooks, Values
from odoo_sandbox.refusals import validation_error

ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id")
COMMERCIAL = ("vat", "company_registry")
_NAMING = frozenset({"name", "is_company", "parent_id", "company_name", "type"})
_MODEL = "res.partner"


class PartnerHooks(Hooks):
    def before_create(self, caller: Caller, values: Values) -> Values:
        if "company_type" in values:
            values["is_company"] = values.pop("company_type") == "company"
        if "lang" not in values:
            parent = values.get("parent_id")
            inherited = isinstance(parent, int) and caller.tx.value(_MODEL, parent, "lang")
            values["lang"] = inherited or caller.lang
        return values

    def after_create(self, caller: Caller, row_id: int, values: Mapping[str, Any]) -> None:  # noqa: ARG002
        _require_name(caller, [row_id])
        rename(caller, [row_id])
        parent = caller.tx.value(_MODEL, row_id, "parent_id")
        if parent:
            _give_first_address(caller, parent, row_id)
            _take_from_parent(caller, row_id, parent)
            rename(caller, [row_id])

    def before_write(self, caller: Caller, ids: Sequence[int], values: Values) -> Values:  # noqa: ARG002
        if "company_type" in values:
            values["is_company"] = values.pop("company_type") == "company"
        return values

    def after_write(self, caller: Caller, ids: Sequence[int], values: Mapping[str, Any]) -> None:
        if "name" in values or "type" in values:
            _require_name(caller, ids)
        if values.get("parent_id") or values.get("type") == "contact":
            for row_id in ids:
                parent = caller.tx.value(_MODEL, row_id, "parent_id")
                if parent:
                    _take_from_parent(caller, row_id, parent)
        for row_id in ids:
            _sync_family(caller, row_id, values.keys())
        if not _NAMING.isdisjoint(values):
            rename(caller, ids)

    def orphans_of(self, caller: Caller, ids: Sequence[int]) -> list[int]:
        children = caller.tx.index(_MODEL, "parent_id")
        gone = set(ids)
        return [child for one in ids for child in children.get(one, ()) if child not in gone]

    def after_unlink(self, caller: Caller, orphans: Sequence[int]) -> None:
        """Rename children that lost their company; a name that changes bumps them."""
        rename(caller, [one for one in orphans if caller.tx.get(_MODEL, one) is not None])


def full_name(caller: Caller, row_id: int) -> str:
    """`Company, Person`, as lists show a contact."""
    row = caller.tx.get(_MODEL, row_id)
    if row is None:
        return ""
    at = caller.world.table(_MODEL).at
    name = row[at["name"]] or ""
    parent, company_name = row[at["parent_id"]], row[at["company_name"]]
    if not (parent or company_name):
        return str(name).strip()
    name = name or _type_name(caller, row[at["type"]])
    if not row[at["is_company"]]:
        top = commercial(caller, row_id)
        company = caller.tx.value(_MODEL, top, "is_company") and caller.tx.value(
            _MODEL, top, "name"
        )
        above = company or company_name or caller.tx.value(_MODEL, parent, "name") or ""
        name = f"{above}, {name}"
    return str(name).strip()


def _type_name(caller: Caller, kind: str) -> str:
    """Name a nameless address by what it is for."""
    if kind == "contact":
        return ""
    return dict(caller.model(_MODEL).fields["type"].selection).get(kind, "")


def commercial(caller: Caller, row_id: int) -> int:
    """Find the company that a contact belongs to: the first one upwards, else the topmost."""
    seen: set[int] = set()
    while row_id not in seen:
        seen.add(row_id)
        parent = caller.tx.value(_MODEL, row_id, "parent_id")
        if not parent or caller.tx.value(_MODEL, row_id, "is_company"):
            break
        row_id = parent
    return row_id


def rename(caller: Caller, ids: Sequence[int]) -> None:
    """Recompute kept names, downwards: a stored computed field that changes bumps its row."""
    children = caller.tx.index(_MODEL, "parent_id")
    waiting, seen = list(ids), set[int]()
    while waiting:
        row_id = waiting.pop()
        if row_id in seen:
            continue
        seen.add(row_id)
        name = full_name(caller, row_id)
        if name != caller.tx.value(_MODEL, row_id, caller.release.partner_name_column):
            caller.tx.update(_MODEL, [row_id], {caller.release.partner_name_column: name})
        waiting.extend(children.get(row_id, ()))


def _require_name(caller: Caller, ids: Sequence[int]) -> None:
    for row_id in ids:
        nameless = not caller.tx.value(_MODEL, row_id, "name")
        if nameless and caller.tx.value(_MODEL, row_id, "type") == "contact":
            raise validation_error("The operation cannot be completed: Contacts require a name")


def _address(caller: Caller, row_id: int) -> dict[str, Any]:
    return {name: caller.tx.value(_MODEL, row_id, name) for name in ADDRESS}


def _give_first_address(caller: Caller, parent: int, child: int) -> None:
    """Take the first contact's address for that of a company that has none."""
    given, there = _address(caller, child), _address(caller, parent)
    alone = len(caller.tx.index(_MODEL, "parent_id").get(parent, ())) == 1
    if any(given.values()) and not any(there.values()) and alone:
        caller.tx.update(_MODEL, [parent], given)


def _take_from_parent(caller: Caller, row_id: int, parent: int) -> None:
    changes: dict[str, Any] = {}
    if caller.tx.value(_MODEL, row_id, "type") == "contact":
        address = _address(caller, parent)
        changes = address if any(address.values()) else {}
    if not caller.tx.value(_MODEL, row_id, "is_company"):
        top = commercial(caller, row_id)
        changes |= {name: caller.tx.value(_MODEL, top, name) for name in COMMERCIAL}
    caller.tx.update(_MODEL, [row_id], changes)


def _sync_family(caller: Caller, row_id: int, written: Iterable[str]) -> None:
    """Carry on a write: up to the company (19), then down to its people."""
    names = set(written)
    address = names.intersection(ADDRESS)
    if address and caller.release.addresses_flow_upwards:
        _lift_address(caller, row_id)
    children = caller.tx.index(_MODEL, "parent_id").get(row_id, ())
    if address:
        values = {name: caller.tx.value(_MODEL, row_id, name) for name in address}
        contacts = [one for one in children if caller.tx.value(_MODEL, one, "type") == "contact"]
        caller.tx.update(_MODEL, contacts, values)
    if "company_id" in names:
        _spread_company(caller, row_id)
    shared = names.intersection((*COMMERCIAL, "is_company"))
    if commercial(caller, row_id) == row_id and (shared or caller.release.any_write_touches_family):
        values = {name: caller.tx.value(_MODEL, row_id, name) for name in shared - {"is_company"}}
        caller.tx.update(_MODEL, _people_below(caller, row_id), values)


def _lift_address(caller: Caller, row_id: int) -> None:
    """From 19 on a contact's new address is its company's too, and so its siblings'."""
    parent = caller.tx.value(_MODEL, row_id, "parent_id")
    if not parent or caller.tx.value(_MODEL, row_id, "type") != "contact":
        return
    address = _address(caller, row_id)
    if address != _address(caller, parent):
        caller.tx.update(_MODEL, [parent], address)
        _sync_family(caller, parent, ADDRESS)


def _spread_company(caller: Caller, row_id: int) -> None:
    below = descendants(caller, _MODEL, [row_id]) - {row_id}
    company = caller.tx.value(_MODEL, row_id, "company_id")
    caller.tx.update(_MODEL, sorted(below), {"company_id": company})


def _people_below(caller: Caller, row_id: int) -> list[int]:
    """Find everybody below who is not a company, nor below another one."""
    children = caller.tx.index(_MODEL, "parent_id")
    found: list[int] = []
    waiting = [row_id]
    while waiting:
        below = children.get(waiting.pop(), ())
        people = [
            one
            for one in below
            if one not in found and not caller.tx.value(_MODEL, one, "is_company")
        ]
        found += people
        waiting += people
    return found
