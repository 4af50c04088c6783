"""The methods of models that can be called from outside, with Odoo's own argument names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from odoo_sandbox import writing
from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import Model
from odoo_sandbox.grouping import formatted_read_group, read_group
from odoo_sandbox.reading import read_rows, readable_fields
from odoo_sandbox.rules import check_model, hidden_rows
from odoo_sandbox.search import count, ids_by_name, search_ids, visible_among
from odoo_sandbox.tell import describe_fields

Domain = Sequence[Any]
Names = Sequence[str]


@dataclass(frozen=True, slots=True)
class Method:
    """`on_records`: it takes ids first."""

    run: Callable[..., Any]
    on_records: bool = False
    since: int = 0
    until: int = 99


def search(  # noqa: PLR0917 - Odoo's arguments, in Odoo's order
    caller: Caller,
    model: Model,
    domain: Domain,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
) -> list[int]:
    """Return ids; never zero, which means a row that is yet to be."""
    check_model(caller, model, "read")
    found = search_ids(caller, model, domain, order=order, offset=offset, limit=limit)
    return [one for one in found if one]


def search_count(caller: Caller, model: Model, domain: Domain, limit: int | None = None) -> int:
    check_model(caller, model, "read")
    found = count(caller, model, domain)
    return min(found, limit) if limit else found


def search_read(  # noqa: PLR0917 - Odoo's arguments, in Odoo's order
    caller: Caller,
    model: Model,
    domain: Domain | None = None,
    fields: Names | None = None,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
    **read_kwargs: Any,
) -> list[dict[str, Any]]:
    check_model(caller, model, "read")
    chosen = readable_fields(caller, model, fields)
    ids = search_ids(caller, model, domain, order=order, offset=offset, limit=limit)
    rows = caller.tx.rows(model.name)
    return read_rows(caller, model, [rows[one] for one in ids], chosen, **read_kwargs)


def read(
    caller: Caller,
    model: Model,
    ids: Sequence[int],
    fields: Names | None = None,
    load: str | None = "_classic_read",
) -> list[dict[str, Any]]:
    """Read by id: deleted rows are left out, hidden ones refuse the whole call.

    Zero is no id but a row that is yet to be: it is there, and empty.
    """
    check_model(caller, model, "read")
    chosen = readable_fields(caller, model, fields)
    if 0 in ids and caller.tx.get(model.name, 0) is None:
        to_be = {"id": 0, **{field.name: field.empty for field in chosen if field}}
        return [to_be, *read(caller, model, [one for one in ids if one], fields, load)]
    rows = [row for one in dict.fromkeys(ids) if (row := caller.tx.get(model.name, one))]
    if len(visible_among(caller, model, [row[0] for row in rows])) < len(rows):
        raise hidden_rows(caller, model, "read")
    return read_rows(caller, model, rows, chosen, load=load)


def create(caller: Caller, model: Model, vals_list: Any) -> list[int]:
    many = vals_list if isinstance(vals_list, list) else [vals_list]
    return writing.create(caller, model, many)


def write(caller: Caller, model: Model, ids: Sequence[int], vals: Mapping[str, Any]) -> bool:
    writing.write(caller, model, ids, vals)
    return True


def unlink(caller: Caller, model: Model, ids: Sequence[int]) -> bool:
    writing.unlink(caller, model, ids)
    return True


def archive(caller: Caller, model: Model, ids: Sequence[int]) -> bool:
    return write(caller, model, ids, {"active": False})


def unarchive(caller: Caller, model: Model, ids: Sequence[int]) -> bool:
    return write(caller, model, ids, {"active": True})


def fields_get(
    caller: Caller,
    model: Model,
    allfields: Names | None = None,
    attributes: Names | None = None,
) -> dict[str, dict[str, Any]]:
    return describe_fields(caller, model, allfields, attributes)


def name_search(  # noqa: PLR0917 - Odoo's arguments, in Odoo's order
    caller: Caller,
    model: Model,
    name: str = "",
    domain: Domain | None = None,
    operator: str = "ilike",
    limit: int | None = 100,
) -> list[list[Any]]:
    check_model(caller, model, "read")
    called = set(ids_by_name(caller, model, operator, name)) if name else None
    ids = search_ids(caller, model, domain)
    chosen = [one for one in ids if called is None or one in called][: limit or None]
    rows = [caller.tx.rows(model.name)[one] for one in chosen]
    names = model.display(caller, rows)
    return [[row[0], shown] for row, shown in zip(rows, names, strict=True)]


def name_get(caller: Caller, model: Model, ids: Sequence[int]) -> list[list[Any]]:
    pairs = read(caller, model, ids, ["display_name"])
    return [[pair["id"], pair["display_name"]] for pair in pairs]


def exists(caller: Caller, model: Model, ids: Sequence[int]) -> list[int]:
    return [one for one in ids if caller.tx.get(model.name, one) is not None]


def context_get(caller: Caller, model: Model) -> dict[str, Any]:  # noqa: ARG001
    account = caller.account
    return {"lang": account.lang, "tz": account.tz, "uid": account.uid}


def has_group(caller: Caller, model: Model, ids: Sequence[int], group_ext_id: str) -> bool:  # noqa: ARG001
    asked = caller.world.accounts.get(ids[0]) if ids else caller.account
    return asked is not None and group_ext_id in asked.groups


def caller_has_group(caller: Caller, model: Model, group_ext_id: str) -> bool:  # noqa: ARG001
    return group_ext_id in caller.account.groups


def check_access_rights(
    caller: Caller,
    model: Model,
    operation: str,
    raise_exception: bool = True,  # noqa: FBT001, FBT002
) -> bool:
    if raise_exception:
        check_model(caller, model, operation)
    return bool(caller.account.groups.intersection(model.access.get(operation, ())))


def has_access(caller: Caller, model: Model, ids: Sequence[int], operation: str) -> bool:  # noqa: ARG001
    return bool(caller.account.groups.intersection(model.access.get(operation, ())))


METHODS: tuple[tuple[str, str, Method], ...] = (
    ("", "search", Method(search)),
    ("", "search_count", Method(search_count)),
    ("", "search_read", Method(search_read)),
    ("", "read", Method(read, on_records=True)),
    ("", "create", Method(create)),
    ("", "write", Method(write, on_records=True)),
    ("", "unlink", Method(unlink, on_records=True)),
    ("", "action_archive", Method(archive, on_records=True)),
    ("", "action_unarchive", Method(unarchive, on_records=True)),
    ("", "fields_get", Method(fields_get)),
    ("", "name_search", Method(name_search)),
    ("", "name_get", Method(name_get, on_records=True, until=16)),
    ("", "exists", Method(exists, on_records=True, until=18)),
    ("", "read_group", Method(read_group)),
    ("", "formatted_read_group", Method(formatted_read_group, since=19)),
    ("", "check_access_rights", Method(check_access_rights, until=18)),
    ("", "has_access", Method(has_access, on_records=True, since=18)),
    ("res.users", "context_get", Method(context_get)),
    ("res.users", "has_group", Method(has_group, on_records=True, since=18)),
    ("res.users", "has_group", Method(caller_has_group, until=17)),
)


def method_named(model: str, name: str, major: int) -> Method | None:
    """Find the method that this version has under a name, if any."""
    return next(
        (
            method
            for owner, called, method in METHODS
            if called == name and owner in ("", model) and method.since <= major <= method.until
        ),
        None,
    )
