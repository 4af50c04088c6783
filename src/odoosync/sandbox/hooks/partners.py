"""Contacts: addresses and tax ids flow between a company and its people, names carry the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from odoosync.sandbox.caller import Caller
from odoosync.sandbox.hooks.seam import Hooks, Values
from odoosync.sandbox.refusals import validation_error

ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id")
_NAMING = frozenset({"name", "is_company", "parent_id", "company_name", "type"})
_TYPE_NAMES = {
    "invoice": "Invoice Address",
    "delivery": "Delivery Address",
    "other": "Other Address",
}
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

    def after_create(self, caller: Caller, row_id: int, values: Mapping[str, Any]) -> None:
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
        address = {name: _kept(caller, ids, name) for name in ADDRESS if name in values}
        if address:
            _spread_address(caller, ids, address)
        if "vat" in values:
            _spread_vat(caller, ids)
        if not _NAMING.isdisjoint(values):
            rename(caller, ids)


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
    name = name or _TYPE_NAMES.get(row[at["type"]], "")
    if not row[at["is_company"]]:
        top = commercial(caller, row_id)
        company = caller.tx.value(_MODEL, top, "is_company") and caller.tx.value(
            _MODEL, top, "name"
        )
        above = company or company_name or caller.tx.value(_MODEL, parent, "name") or ""
        name = f"{above}, {name}"
    return str(name).strip()


def commercial(caller: Caller, row_id: int) -> int:
    """The company that a contact belongs to: the first company upwards, else the topmost."""
    seen: set[int] = set()
    while row_id not in seen:
        seen.add(row_id)
        parent = caller.tx.value(_MODEL, row_id, "parent_id")
        if not parent or caller.tx.value(_MODEL, row_id, "is_company"):
            break
        row_id = parent
    return row_id


def rename(caller: Caller, ids: Sequence[int]) -> None:
    """Recompute kept names, downwards: a stored computed field bumps `write_date` when it changes."""
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


def _kept(caller: Caller, ids: Sequence[int], name: str) -> Any:
    return caller.tx.value(_MODEL, ids[0], name)


def _address(caller: Caller, row_id: int) -> dict[str, Any]:
    return {name: caller.tx.value(_MODEL, row_id, name) for name in ADDRESS}


def _give_first_address(caller: Caller, parent: int, child: int) -> None:
    """The first contact's address is taken for that of a company that has none."""
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
        changes["vat"] = caller.tx.value(_MODEL, commercial(caller, row_id), "vat")
    caller.tx.update(_MODEL, [row_id], changes)


def _spread_address(caller: Caller, ids: Sequence[int], address: Mapping[str, Any]) -> None:
    if caller.release.addresses_flow_upwards:
        for row_id in ids:
            _lift_address(caller, row_id)
    children = caller.tx.index(_MODEL, "parent_id")
    for row_id in ids:
        contacts = [
            child
            for child in children.get(row_id, ())
            if caller.tx.value(_MODEL, child, "type") == "contact"
        ]
        caller.tx.update(_MODEL, contacts, address)


def _lift_address(caller: Caller, row_id: int) -> None:
    """From 19 on a contact's new address is its company's too, and so its siblings'."""
    parent = caller.tx.value(_MODEL, row_id, "parent_id")
    if not parent or caller.tx.value(_MODEL, row_id, "type") != "contact":
        return
    address = _address(caller, row_id)
    if address != _address(caller, parent):
        caller.tx.update(_MODEL, [parent], address)
        _spread_address(caller, [parent], address)


def _spread_vat(caller: Caller, ids: Sequence[int]) -> None:
    children = caller.tx.index(_MODEL, "parent_id")
    waiting = [row_id for row_id in ids if commercial(caller, row_id) == row_id]
    while waiting:
        row_id = waiting.pop()
        below = [
            child
            for child in children.get(row_id, ())
            if not caller.tx.value(_MODEL, child, "is_company")
        ]
        if below:
            caller.tx.update(_MODEL, below, {"vat": caller.tx.value(_MODEL, row_id, "vat")})
        waiting.extend(below)
