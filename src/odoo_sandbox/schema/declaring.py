"""Putting a model together for one version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import Compute, Field, Model, Row, char, log_fields
from odoo_sandbox.people import PORTAL, SYSTEM, USER
from odoo_sandbox.releases import Release
from odoo_sandbox.values import getter

Access = dict[str, tuple[str, ...]]

EVERYBODY_READS: Access = {
    "read": (USER, PORTAL),
    "write": (SYSTEM,),
    "create": (SYSTEM,),
    "unlink": (SYSTEM,),
}


def access(read: Sequence[str], change: Sequence[str]) -> Access:
    changing = tuple(change)
    return {"read": tuple(read), "write": changing, "create": changing, "unlink": changing}


def declare(
    release: Release,
    name: str,
    description: str,
    fields: Sequence[Field],
    *,
    order: str = "id",
    display: Compute | None = None,
    rights: Access | None = None,
    search_names: tuple[str, ...] = (),
    write_string: str = "Last Updated on",
) -> Model:
    """Make a model of the fields that this version has, the log columns and its names."""
    shown = display or name_column("name", name)
    known = [one for one in fields if one.since <= release.major <= one.until]
    known += log_fields(write_string=write_string)
    if all(one.name != "display_name" for one in known):
        known.append(
            char(
                "display_name",
                "Display Name",
                compute=shown,
                stored=False,
                readonly=True,
                searchable=release.since(17),
            )
        )
    return Model(
        name=name,
        description=description,
        fields={one.name: one for one in known},
        display=shown,
        order=order,
        access=rights or EVERYBODY_READS,
        search_names=search_names,
    )


def name_column(column: str, model: str) -> Compute:
    """Display names that are simply a column, in the caller's language."""

    def names(caller: Caller, rows: list[Row]) -> list[Any]:
        declared = caller.model(model)
        get = getter(caller, declared, declared.fields[column])
        return [get(row) for row in rows]

    return names


def per_row(compute: Callable[[Caller, Row], Any]) -> Compute:
    return lambda caller, rows: [compute(caller, row) for row in rows]


def path_names(model: str, separator: str) -> Compute:
    """Names with those of all parents before them: `All / Saleable`."""

    def names(caller: Caller, rows: list[Row]) -> list[Any]:
        declared = caller.model(model)
        get = getter(caller, declared, declared.fields["name"])
        known, up = caller.tx.rows(model), caller.slot(model, "parent_id")
        shown = []
        for row in rows:
            parts, at = [get(row) or ""], row
            while at[up] and at[up] in known:
                at = known[at[up]]
                parts.append(get(at) or "")
            shown.append(separator.join(reversed(parts)))
        return shown

    return names
