"""What is wrong with a request's fields, said without repeating any value: it can be a password."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from odoosync.api.errors import BadForm
from odoosync.api.forms import OUR_KINDS
from odoosync.spelling import closest, shown

_MOST_ERRORS: Final = 20
_PLACES: Final = ("body", "query", "path", "header", "cookie")
_UNKNOWN: Final = "extra_forbidden"
_REPEATED: Final = "repeated"
_LENGTHS: Final = {
    "too_short": "should have at least {min_length} characters",
    "too_long": "should have at most {max_length} characters",
}
"""Of secrets, which pydantic counts as if they were lists."""
_Form = TypeVar("_Form", bound=BaseModel)
_QUOTES_INPUT: Final = frozenset({"union_tag_invalid"})
NO_OBJECT: Final = {"field": "body", "message": "should be a JSON object", "code": "model_type"}
_SENTENCES: Final = {
    "missing": "is missing; send it",
    **dict.fromkeys(("model_attributes_type", "model_type", "dict_type"), NO_OBJECT["message"]),
}


def bad_form(found: Sequence[Mapping[str, Any]], form: Any = None) -> BadForm:
    """Return pydantic's errors as one of ours; `form` is the type of what was read."""
    return BadForm([_field_problem(one, form) for one in found[:_MOST_ERRORS]])


def read_form(form: type[_Form], given: Mapping[str, Any]) -> _Form:
    """Read a form that came by another way than a REST body. Raises BadForm."""
    try:
        return form.model_validate(dict(given))
    except ValidationError as error:
        raise bad_form(error.errors(include_url=False), form) from None


def unknown_name(name: str, known: Iterable[str]) -> dict[str, str]:
    """Return the problem of a field or parameter that is not known."""
    likely = closest(name, known)
    question = f" (did you mean {likely!r}?)" if likely else "; leave it out"
    return {"field": shown(name), "message": f"is not known here{question}", "code": _UNKNOWN}


def repeated_name(name: str) -> dict[str, str]:
    """Return the problem of a parameter that comes more than once."""
    return {"field": name, "message": "comes more than once; send it once", "code": _REPEATED}


def _field_problem(error: Mapping[str, Any], form: Any) -> dict[str, str]:
    name = _field_name(error["loc"])
    if error["type"] == _UNKNOWN:
        *inside, last = _inside(error["loc"])
        return unknown_name(str(last), _names_of(form, inside)) | {"field": name}
    return {"field": name, "message": _message(error), "code": str(error["type"])}


def _names_of(form: Any, inside: Sequence[str | int]) -> Iterable[str]:
    """Return the names that a form, or a form inside of it, knows."""
    model = _model_in(form)
    for part in inside:
        field = model.model_fields.get(str(part)) if model else None
        model = _model_in(field.annotation) if field else None
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _inside(location: Sequence[str | int]) -> list[str | int]:
    """Leave out the place that FastAPI names first: the body, the query."""
    named = len(location) > 1 and location[0] in _PLACES
    return [*location[1:]] if named else [*location]


def _field_name(location: Sequence[str | int]) -> str:
    parts = [shown(str(part)) for part in _inside(location)]
    return ".".join(part for part in parts if "[" not in part)  # which of several types was tried


def _not_one_of(expected: str, value: object) -> str:
    likely = closest(value, re.findall(r"'([^']*)'", expected)) if isinstance(value, str) else None
    return f"should be {expected}" + (f" (did you mean {likely!r}?)" if likely else "")


def _message(error: Mapping[str, Any]) -> str:
    kind, value = str(error["type"]), error.get("input")
    if kind in _SENTENCES:
        return _SENTENCES[kind]
    if kind in _LENGTHS and isinstance(value, str):
        bounds = error.get("ctx", {})
        return _LENGTHS[kind].format(**bounds)
    if kind == "literal_error":
        return _not_one_of(str(error["ctx"]["expected"]), value)
    if kind in OUR_KINDS:
        return str(error["msg"])
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    if kind in _QUOTES_INPUT or (isinstance(value, str) and value and value in message):
        return "cannot be used"
    return message[:1].lower() + message[1:]
