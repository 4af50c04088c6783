"""Bytes as Odoo sends them: JSON bodies, error objects of both protocols, HTML of Werkzeug."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from odoo_sandbox.refusals import OdooRaised
from odoo_sandbox.releases import Release

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
TRACEBACK_MARK = "/opt/odoo/src/odoo/service/model.py"
"""Stands in every made-up traceback: whoever finds it in a log or an answer has a leak."""

NO_DATABASE = (
    "<!DOCTYPE html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n"
    "<p>No database is selected and the requested URL was not found in the server-wide "
    "controllers.</p>\n<p>Please verify the hostname, <a href=/web/login>login</a> and try again."
    "</p>\n\n<!-- Alternatively, use the X-Odoo-Database header. -->\n"
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def json_answer(value: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, JSON_TYPE, orjson.dumps(value), named)


def html_answer(status: int, text: str) -> Answer:
    return Answer(status, HTML_TYPE, text.encode())


def rpc_result(request_id: Any, value: Any) -> Answer:
    return json_answer({"jsonrpc": "2.0", "id": request_id, "result": value})


def rpc_error(request_id: Any, error: OdooRaised, release: Release) -> Answer:
    """JSON-RPC tells of errors with HTTP 200."""
    told = {
        "code": release.error_code,
        "message": "Odoo Server Error",
        "data": error_data(error, debug_last=release.debug_last),
    }
    return json_answer({"jsonrpc": "2.0", "id": request_id, "error": told})


def error_data(error: OdooRaised, *, debug_last: bool) -> dict[str, Any]:
    debug = {"debug": _traceback(error)}
    told: dict[str, Any] = {
        "message": error.message,
        "arguments": error.arguments,
        "context": {},
    }
    return {"name": error.name, **(told | debug if debug_last else debug | told)}


def _traceback(error: OdooRaised) -> str:
    return (
        "Traceback (most recent call last):\n"
        f'  File "{TRACEBACK_MARK}", line 164, in dispatch\n'
        "    res = execute_cr(cr, uid, model, method_, args, kw)\n"
        f"{error.name}: {error.message}\n"
    )
