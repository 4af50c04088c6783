"""What is wrong with a request's fields, said without repeating any value: it can be a password."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError

from odoosync.api.errors import BadForm, WrongMediaType
from odoosync.api.problems import problem, problem_of
from odoosync.api.routing import MalformedJson

_MOST_ERRORS: Final = 20
_LONGEST_NAME: Final = 64
_PLACES: Final = ("body", "query", "path", "header", "cookie")
_MODEL_EXPECTED: Final = frozenset({"model_attributes_type", "model_type", "dict_type"})
_LENGTHS: Final = {
    "too_short": "should have at least {min_length} characters",
    "too_long": "should have at most {max_length} characters",
}
"""Of secrets, which pydantic counts as if they were lists."""
_Form = TypeVar("_Form", bound=BaseModel)
_QUOTES_INPUT: Final = frozenset({"union_tag_invalid"})


def validation_problem(error: RequestValidationError) -> JSONResponse:
    """Render 422 with a sentence for each field, or 415 when the body is not JSON."""
    found = error.errors()
    for one in found:
        if tuple(one["loc"]) == ("body",) and isinstance(one.get("input"), bytes):
            return problem_of(
                WrongMediaType("Send the body as JSON, with `Content-Type: application/json`.")
            )
    malformed = next((one["input"] for one in found if _is_malformed(one)), None)
    if malformed is not None:
        fields = [{"field": "body", "message": malformed.reason, "code": "json_invalid"}]
    else:
        fields = [_field_problem(one) for one in found[:_MOST_ERRORS]]
    return problem(422, BadForm.code, _sentence(fields), errors=fields)


def read_form(form: type[_Form], given: Mapping[str, Any]) -> _Form:
    """Read a form that came by another way than a REST body. Raises BadForm."""
    try:
        return form.model_validate(dict(given))
    except ValidationError as error:
        found = error.errors(include_url=False)[:_MOST_ERRORS]
        raise BadForm(_sentence([_field_problem(one) for one in found])) from None


def _sentence(fields: Sequence[Mapping[str, str]]) -> str:
    return "; ".join(f"{field['field']}: {field['message']}" for field in fields) + "."


def _is_malformed(error: Mapping[str, Any]) -> bool:
    return isinstance(error.get("input"), MalformedJson)


def _field_problem(error: Mapping[str, Any]) -> dict[str, str]:
    return {
        "field": _field_name(error["loc"]),
        "message": _message(error),
        "code": str(error["type"]),
    }


def _field_name(location: Sequence[str | int]) -> str:
    parts = [_printable(str(part)) for part in location]
    if len(parts) > 1 and parts[0] in _PLACES:
        parts = parts[1:]
    parts = [part for part in parts if "[" not in part]  # which of several types was tried
    return ".".join(parts)


def _printable(part: str) -> str:
    """Names of unknown fields come from the caller: short and harmless, or not at all."""
    return part if part.isprintable() and len(part) <= _LONGEST_NAME else "(a strange name)"


def _message(error: Mapping[str, Any]) -> str:
    kind, value = str(error["type"]), error.get("input")
    if kind == "missing":
        return "is missing; send it"
    if kind == "extra_forbidden":
        return "is not known here; leave it out"
    if kind in _MODEL_EXPECTED:
        return "should be a JSON object"
    if kind in _LENGTHS and isinstance(value, str):
        bounds = error.get("ctx", {})
        return _LENGTHS[kind].format(**bounds)
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    if kind in _QUOTES_INPUT or (isinstance(value, str) and value and value in message):
        return "cannot be used"
    return message[:1].lower() + message[1:]
