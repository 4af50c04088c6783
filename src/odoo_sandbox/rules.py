"""Rights: which models a group may touch, which rows a user sees, and how each is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from odoo_sandbox.domain import Node, parse
from odoo_sandbox.people import CONTACT_CREATION, PORTAL, PRODUCT_CREATION, SYSTEM, USER
from odoo_sandbox.refusals import OdooRaised, access_error

if TYPE_CHECKING:
    from odoo_sandbox.caller import Caller
    from odoo_sandbox.fields import Field, Model

_VERBS = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}


def rule_nodes(caller: Caller, model: Model) -> list[Node]:
    """Return the record rules that bind this user on this model."""
    if caller.sudo:
        return []
    return [
        parse(rule.domain(caller))
        for rule in caller.world.rules
        if rule.model == model.name and (rule.uids is None or caller.uid in rule.uids)
    ]


def check_model(caller: Caller, model: Model, operation: str) -> None:
    """Refuse when none of the user's groups may do this to the model at all."""
    allowed = model.access.get(operation, ())
    if caller.sudo or caller.account.groups.intersection(allowed):
        return
    labels = [_label(caller, group) for group in allowed]
    if caller.release.debug_last:
        labels.sort()
    listed = "\n".join(f"\t- {label}" for label in labels)
    groups = f"This operation is allowed for the following groups:\n{listed}"
    raise access_error(
        f"You are not allowed to {_VERBS[operation]} '{model.description}' ({model.name}) records."
        f"\n\n{groups if labels else 'No group currently allows this operation.'}"
        "\n\nContact your administrator to request access if necessary."
    )


def hidden_rows(caller: Caller, model: Model, operation: str) -> OdooRaised:
    """Word the refusal for rows that are there but not for this user."""
    account = caller.account
    return access_error(
        caller.release.hidden_row.format(
            user=f"{account.name} (id={account.uid})",
            operation=operation,
            verb=_VERBS[operation],
            kind=model.description,
            model=model.name,
        )
    )


def may_use(caller: Caller, field: Field) -> bool:
    return not field.group or caller.sudo or field.group in caller.account.groups


def hidden_fields(caller: Caller, model: Model, operation: str, names: Iterable[str]) -> OdooRaised:
    wording = caller.release.hidden_field
    named = list(names)[:1] if '"{fields}"' not in wording else list(names)
    return access_error(
        wording.format(
            fields=",".join(named), kind=model.description, model=model.name, operation=operation
        )
    )


def _label(caller: Caller, group: str) -> str:
    return {
        CONTACT_CREATION: caller.release.contact_creation_group,
        PRODUCT_CREATION: "Products/Create"
        if caller.release.debug_last
        else "Extra Rights/Product Creation",
        USER: "Role / User" if caller.release.debug_last else "User types/Internal User",
        PORTAL: "Role / Portal" if caller.release.debug_last else "User types/Portal",
        SYSTEM: "Role / Administrator" if caller.release.debug_last else "Administration/Settings",
    }.get(group, group)
