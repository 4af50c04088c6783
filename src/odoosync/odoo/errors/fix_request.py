"""Errors of one call: someone must grant rights, or what it asks for can never be had."""

from __future__ import annotations

from odoosync.odoo.errors.kinds import FixRequest, FixRights


class AccessRefused(FixRights):
    """`model` is the one that was asked for."""

    code = "odoo_access_refused"

    def __init__(self, model: str, said: str = "") -> None:
        super().__init__(
            f"Odoo does not let this login do that with {model}."
            f" Ask its administrator for access.{_odoo_said(said)}"
        )
        self.model = model


class FieldUnknown(FixRequest):
    code = "odoo_field_unknown"

    def __init__(self, model: str, field: str | None) -> None:
        which = f"the field {field}" if field else "one of the fields"
        super().__init__(f"{model} has no longer, or not yet, {which} in this Odoo. Leave it out.")
        self.model = model
        self.field = field


class LanguageMissing(FixRequest):
    code = "odoo_language_missing"

    def __init__(self, language: str) -> None:
        super().__init__(
            f"The language {language} is not active in this Odoo. Activate it there, or choose"
            " another one for this connection."
        )


class ModelUnknown(FixRequest):
    code = "odoo_model_unknown"

    def __init__(self, model: str) -> None:
        super().__init__(
            f"This Odoo has no model {model}. Install the app that brings it, or leave it out."
        )
        self.model = model


class RecordMissing(FixRequest):
    code = "odoo_record_missing"

    def __init__(self, model: str) -> None:
        super().__init__(f"A record of {model} is no longer there. Read the list anew.")
        self.model = model


class RequestRejected(FixRequest):
    code = "odoo_request_rejected"

    def __init__(self, said: str = "") -> None:
        super().__init__(f"Odoo refused this call as it stands.{_odoo_said(said)}")


class RowLeftOut(FixRequest):
    """Odoo's `read` drops rows whose computation meets a MissingError, and does not say so."""

    code = "odoo_row_left_out"

    def __init__(self, model: str) -> None:
        super().__init__(
            f"Odoo leaves records of {model} out of an answer that holds this field. Its"
            " computation asks for another record that is gone. Ask its maker to mind that."
        )
        self.model = model


def _odoo_said(said: str) -> str:
    return f" Odoo said: {said}" if said else ""
