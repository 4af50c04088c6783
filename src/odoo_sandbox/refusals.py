"""What Odoo raises, as values that both protocols can put on the wire.

::

    OdooRaised                 name, arguments and HTTP status as JSON-2 shows them
    ├── SerializationFailure   two transactions wrote the same row: run it again
    └── (all others are made by the functions below; nobody here catches them apart)
"""

from __future__ import annotations

PYTHON_ERRORS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What bad arguments make Python raise; Odoo hands such errors on by their own names."""


class OdooRaised(Exception):
    """An exception of the imitated server."""

    def __init__(
        self, name: str, message: str, *, status: int = 500, arguments: list[object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.name = name
        self.status = status
        self.arguments = [message] if arguments is None else arguments


class SerializationFailure(OdooRaised):
    def __init__(self) -> None:
        super().__init__(
            "psycopg2.errors.SerializationFailure",
            "could not serialize access due to concurrent update\n",
        )


def access_denied() -> OdooRaised:
    return OdooRaised("odoo.exceptions.AccessDenied", "Access Denied", status=403)


def access_error(message: str) -> OdooRaised:
    return OdooRaised("odoo.exceptions.AccessError", message, status=403)


def user_error(message: str) -> OdooRaised:
    return OdooRaised("odoo.exceptions.UserError", message, status=422)


def validation_error(message: str) -> OdooRaised:
    return OdooRaised("odoo.exceptions.ValidationError", message, status=422)


def missing_error(model: str, row_id: int, uid: int) -> OdooRaised:
    message = (
        f"Record does not exist or has been deleted.\n(Record: {model}({row_id},), User: {uid})"
    )
    return OdooRaised("odoo.exceptions.MissingError", message, status=404)


def value_error(message: str) -> OdooRaised:
    return OdooRaised("builtins.ValueError", message)


def type_error(message: str) -> OdooRaised:
    return OdooRaised("builtins.TypeError", message)


def key_error(key: str) -> OdooRaised:
    return OdooRaised("builtins.KeyError", key)


def attribute_error(message: str) -> OdooRaised:
    return OdooRaised("builtins.AttributeError", message)


def invalid_text(value: object) -> OdooRaised:
    message = (
        f'invalid input syntax for type integer: "{value}"\nLINE 1: ...{value}...\n             ^\n'
    )
    return OdooRaised("psycopg2.errors.InvalidTextRepresentation", message)


def invalid_moment(value: str) -> OdooRaised:
    message = (
        f'invalid input syntax for type timestamp: "{value}"\n'
        f"LINE 1: ...{value}...\n             ^\n"
    )
    return OdooRaised("psycopg2.errors.InvalidDatetimeFormat", message)


def from_python(error: Exception) -> OdooRaised:
    return OdooRaised(f"builtins.{type(error).__name__}", str(error))


def http_refusal(name: str, status: int, message: str) -> OdooRaised:
    """One of Werkzeug's own: JSON-2 shows its status among the arguments."""
    return OdooRaised(
        f"werkzeug.exceptions.{name}", message, status=status, arguments=[message, status]
    )
