"""What a client sent, as what a column keeps; or the refusal that PostgreSQL or the ORM gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoosync.sandbox.caller import Caller
from odoosync.sandbox.fields import TEXTUAL, Field, Model
from odoosync.sandbox.refusals import invalid_text, key_error, validation_error, value_error
from odoosync.sandbox.values import read_datetime

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
    """One value for its column."""
    if field.type == "boolean":
        return bool(value)
    if value is None or value is False:
        return field.empty
    if field.type in TEXTUAL:
        return value if isinstance(value, str) else str(value)
    if field.type == "many2one":
        return _reference(caller, model, field, value)
    if field.type == "integer":
        return _whole(value)
    if field.type in ("float", "monetary"):
        return float(value)
    if field.type == "datetime":
        return value if isinstance(value, int) else read_datetime(str(value))
    if field.type == "selection" and field.selection:
        return _choice(model, field, value)
    return value


def _whole(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise invalid_text(value) from error


def _reference(caller: Caller, model: Model, field: Field, value: Any) -> int:
    row_id = value if isinstance(value, int) else _whole(value)
    if caller.tx.get(field.relation, row_id) is None:
        raise validation_error(
            "The operation cannot be completed: another model requires the record being deleted."
            " If possible, archive it instead.\n\n"
            f"Model: {model.description} ({model.name}), "
            f"Constraint: {model.name.replace('.', '_')}_{field.name}_fkey"
        )
    return row_id


def _choice(model: Model, field: Field, value: Any) -> Any:
    if value not in {key for key, _label in field.selection}:
        raise value_error(f"Wrong value for {model.name}.{field.name}: {value!r}")
    return value
