"""What a client sent, as what a column keeps; or the refusal that PostgreSQL or the ORM gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from odoo_sandbox.caller import Caller
from odoo_sandbox.constraints import still_in_use
from odoo_sandbox.fields import Field, Model
from odoo_sandbox.refusals import invalid_text, key_error, missing_error, value_error
from odoo_sandbox.values import read_datetime

_LAST_WITH_NAMED_FIELD_ERROR = 18


def check_names(caller: Caller, model: Model, values: Mapping[str, Any], *, creating: bool) -> None:
    """Unknown fields: 19's `write` answers with a bare KeyError, all else with a sentence."""
    for name in values:
        if name in model.fields or name == "id":
            continue
        if caller.release.major > _LAST_WITH_NAMED_FIELD_ERROR:
            if not creating:
                raise key_error(name)
            raise value_error(f"Invalid field {name!r} in {model.name!r}")
        raise value_error(caller.release.invalid_field_read.format(field=name, model=model.name))


def coerce(caller: Caller, model: Model, field: Field, value: Any) -> Any:
    """Turn one value into what its column keeps."""
    if field.type == "boolean":
        return bool(value)
    if value is None or value is False:
        return field.empty
    if field.type == "many2one":
        return _reference(caller, model, field, value)
    if field.type == "selection" and field.selection:
        return _choice(model, field, value)
    return _PLAIN.get(field.type, _as_it_is)(field, value)


def _as_it_is(_field: Field, value: Any) -> Any:
    return value


def _text(field: Field, given: Any) -> str:
    """Make a paragraph of plain text in a html field, and give a bare website its scheme."""
    value = given if isinstance(given, str) else str(given)
    if field.type == "html" and value and not value.lstrip().startswith("<"):
        return f"<p>{escape(value, quote=False)}</p>"
    if field.name == "website" and value and "://" not in value:
        return f"http://{value}"
    return value


def _moment(_field: Field, value: Any) -> int:
    return value if isinstance(value, int) else read_datetime(str(value))


def _whole(_field: Field, value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise invalid_text(value) from error


def _reference(caller: Caller, model: Model, field: Field, value: Any) -> int:
    row_id = value if isinstance(value, int) else _whole(field, value)
    if caller.tx.get(field.relation, row_id) is None:
        if field.relation == model.name:
            raise missing_error(model.name, row_id, caller.uid)
        raise still_in_use(caller.release, model, field)
    return row_id


def _choice(model: Model, field: Field, value: Any) -> Any:
    if value not in {key for key, _label in field.selection}:
        raise value_error(f"Wrong value for {model.name}.{field.name}: {value!r}")
    return value


_PLAIN: dict[str, Callable[[Field, Any], Any]] = {
    "char": _text,
    "text": _text,
    "html": _text,
    "integer": _whole,
    "float": lambda _field, value: float(value),
    "monetary": lambda _field, value: float(value),
    "datetime": _moment,
}
