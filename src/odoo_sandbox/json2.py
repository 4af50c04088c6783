"""JSON-2 as 19 speaks it: a key in a header, arguments by name, statuses that mean something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odoo_sandbox.answers import NO_DATABASE, Answer, error_data, html_answer, json_answer
from odoo_sandbox.calls import call_named
from odoo_sandbox.people import Account
from odoo_sandbox.refusals import PYTHON_ERRORS, OdooRaised, from_python, http_refusal
from odoo_sandbox.world import World

_UNAUTHORIZED = 401


def answer_json2(
    world: World, model: str, method: str, *, headers: Mapping[str, str], body: Any
) -> Answer:
    """Answer one call; `headers` by their lower-case names."""
    if headers.get("x-odoo-database") != world.database:
        return html_answer(404, NO_DATABASE)
    try:
        account = _account(world, headers.get("authorization", ""))
        named = body if isinstance(body, dict) else {}
        value = world.run(account.uid, lambda caller: call_named(caller, model, method, named))
    except OdooRaised as error:
        return refusal(world, error)
    except PYTHON_ERRORS as error:
        return refusal(world, from_python(error))
    return json_answer(value)


def refusal(world: World, error: OdooRaised) -> Answer:
    told = error_data(error, debug_last=world.release.debug_last)
    if error.status == _UNAUTHORIZED:
        return json_answer(told, error.status, www_authenticate="Bearer ")
    return json_answer(told, error.status)


def _account(world: World, authorization: str) -> Account:
    scheme, _, key = authorization.partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise http_refusal(
            "Unauthorized",
            _UNAUTHORIZED,
            "User not authenticated, use an API Key with a Bearer Authorization header.",
        )
    for account in world.accounts.values():
        if account.active and account.has_key(key, world.now()):
            return account
    raise http_refusal("Unauthorized", _UNAUTHORIZED, "Invalid apikey")
