"""What the database refuses, worded as each version words it."""

from __future__ import annotations

from odoo_sandbox.fields import Field, Model
from odoo_sandbox.refusals import OdooRaised, validation_error
from odoo_sandbox.releases import Release

_REWORDED_IN = 19


def not_filled_in(release: Release, model: Model, field: Field) -> OdooRaised:
    """Refuse a row whose required column has no value."""
    if release.major >= _REWORDED_IN:
        return validation_error(
            "The operation cannot be completed: Missing required value for the field "
            f"'{field.string}' ({field.name}).\nModel: '{model.description}' ({model.name})\n"
            "- create/update: a mandatory field is not set\n"
            "- delete: another model requires the record being deleted, you can archive it "
            "instead\n"
        )
    return validation_error(
        "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n"
        "- Delete: another model requires the record being deleted. If possible, archive it "
        f"instead.\n\nModel: {model.description} ({model.name})\n"
        f"Field: {field.string} ({field.name})\n"
    )


def still_in_use(release: Release, model: Model, field: Field) -> OdooRaised:
    """Refuse to break a foreign key; `model` and `field` are the side that points."""
    if release.major >= _REWORDED_IN:
        return validation_error(
            "The operation cannot be completed: Another model is using the record you are trying "
            f"to delete.\n\nThe troublemaker is: '{model.description}' ({model.name})\n"
            f"Thanks to the following constraint: '{field.string}' ({field.name})\n"
            "How about archiving the record instead?"
        )
    return validation_error(
        "The operation cannot be completed: another model requires the record being deleted. "
        f"If possible, archive it instead.\n\nModel: {model.description} ({model.name})\n"
        f"Constraint: {model.name.replace('.', '_')}_{field.name}_fkey\n"
    )
