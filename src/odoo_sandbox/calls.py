"""From a model, a method name and arguments to an answer; both protocols end here."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from odoo_sandbox.methods import Method, method_named
from odoo_sandbox.refusals import (
    OdooRaised,
    access_error,
    attribute_error,
    http_refusal,
    type_error,
    user_error,
)

if TYPE_CHECKING:
    from odoo_sandbox.caller import Caller


def find_method(caller: Caller, model: str, name: str) -> Method:
    """Find a public method; an unknown model, an unknown method and a private one are refused."""
    caller.world.table(model)
    if name.startswith("_"):
        raise access_error(f"Private methods (such as '{model}.{name}') cannot be called remotely.")
    method = method_named(model, name, caller.release.major)
    if method is None:
        raise attribute_error(caller.release.unknown_method.format(model=model, method=name))
    return method


def call(
    caller: Caller, model: str, name: str, args: Sequence[Any], keywords: Mapping[str, Any]
) -> Any:
    """As JSON-RPC calls: ids first where the method is one of records, context among keywords."""
    method = find_method(caller, model, name)
    named = dict(keywords)
    caller = caller.with_context(**(named.pop("context", None) or {}))
    _check_language(caller, name)
    given = list(args)
    ids = _ids(given.pop(0)) if method.on_records and given else _ids(named.pop("ids", ()))
    first = (ids,) if method.on_records else ()
    try:
        _bind(method, caller, model, (*first, *given), named)
    except OdooRaised as error:
        reason = error.message.replace("a required argument:", "1 required positional argument:")
        raise type_error(f"BaseModel.{name}() {reason}") from error
    result = method.run(caller, caller.model(model), *first, *given, **named)
    if name == "create":
        one = not isinstance(given[0] if given else named["vals_list"], list)
        return result[0] if one else result
    return result


def call_named(caller: Caller, model: str, name: str, body: Mapping[str, Any]) -> Any:
    """As JSON-2 calls: every argument by its name, `ids` and `context` apart."""
    if model not in caller.world.tables:
        raise http_refusal("NotFound", 404, f"the model {model!r} does not exist")
    try:
        method = find_method(caller, model, name)
    except OdooRaised as error:
        if error.name != "builtins.AttributeError":
            raise
        raise http_refusal("NotFound", 404, error.message) from error
    named = dict(body)
    caller = caller.with_context(**(named.pop("context", None) or {}))
    _check_language(caller, name)
    ids = _ids(named.pop("ids", ()))
    if ids and not method.on_records:
        raise http_refusal("UnprocessableEntity", 422, f"cannot call {model}.{name} with ids")
    first = (ids,) if method.on_records else ()
    try:
        _bind(method, caller, model, first, named)
    except OdooRaised as error:
        raise http_refusal("UnprocessableEntity", 422, error.message) from error
    return method.run(caller, caller.model(model), *first, **named)


def _check_language(caller: Caller, name: str) -> None:
    """Refuse a language that is not active, from 17 on; before, its texts were simply English."""
    code = caller.lang
    if code == "en_US" or name == "fields_get" or not caller.release.since(17):
        return
    known = caller.tx.index("res.lang", "code").get(code, ())
    if not any(caller.tx.value("res.lang", row_id, "active") for row_id in known):
        raise user_error(f"Invalid language code: {code}")


def _bind(
    method: Method, caller: Caller, model: str, args: Sequence[Any], named: Mapping[str, Any]
) -> None:
    try:
        inspect.signature(method.run).bind(caller, model, *args, **named)
    except TypeError as error:
        raise type_error(str(error)) from error


def _ids(given: Any) -> list[int]:
    if isinstance(given, int) and not isinstance(given, bool):
        return [given]
    return list(given or ())
