"""What `fields_get` says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.fields import RELATIONAL, TEXTUAL, Field, Model
from odoo_sandbox.rules import may_use

_UNSORTABLE = ("one2many", "many2many", "binary")
_ID = Field("id", "integer", "ID", readonly=True)


def describe_fields(
    caller: Caller, model: Model, names: Sequence[str] | None, attributes: Sequence[str] | None
) -> dict[str, dict[str, Any]]:
    """Describe the fields that exist and that the user may use; unknown names are left out."""
    wanted = set(names or ())
    return {
        field.name: _described(field, attributes)
        for field in (*model.fields.values(), _ID)
        if (not wanted or field.name in wanted) and may_use(caller, field)
    }


def _described(field: Field, attributes: Sequence[str] | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "change_default": False,
        "company_dependent": field.company_dependent,
        "depends": [],
        "manual": field.manual,
        "name": field.name,
        "readonly": field.readonly,
        "required": field.required,
        "searchable": field.searchable,
        "sortable": (field.stored or (bool(field.via) and field.searchable))
        and field.type not in _UNSORTABLE,
        "store": field.stored,
        "string": field.string,
        "type": field.type,
    }
    if field.type in RELATIONAL:
        told |= {"context": {}, "domain": [], "relation": field.relation}
    if field.type == "one2many":
        told["relation_field"] = field.inverse
    if field.type in TEXTUAL:
        told["translate"] = field.translate
    if field.type == "selection":
        told["selection"] = [list(option) for option in field.selection]
    if attributes:
        return {name: told[name] for name in sorted(told) if name in attributes}
    return told
