"""Errors as RFC 9457 problem documents, by the one table of what each means over HTTP."""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from odoosync.accounts.errors import NotSignedIn
from odoosync.api.errors import BadForm, InvalidJson, WrongMediaType
from odoosync.crypto import BadKeyRing, CannotOpen
from odoosync.db import DiskFull, DoorError
from odoosync.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    OdoosyncError,
    Refused,
    TooMany,
    Unavailable,
)
from odoosync.jobs.errors import JobInterrupted
from odoosync.odoo.errors import OdooError
from odoosync.settings import BadSettings

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[type[OdoosyncError], int]] = {
    NotSignedIn: 401,
    Refused: 403,
    NotFound: 404,
    Conflict: 409,
    JobInterrupted: 409,
    WrongMediaType: 415,
    InvalidJson: 400,
    InvalidInput: 422,
    OdooError: 422,  # 401 and 403 are about our own tokens only
    TooMany: 429,
    DiskFull: 507,
    Unavailable: 503,
    CannotOpen: 500,
    DoorError: 500,
    BadKeyRing: 500,
    BadSettings: 500,
    OdoosyncError: 500,
}
"""Looked up along the class's own order of resolution: the nearest ancestor decides."""

DATABASE_AWAY: Final = (OperationalError, InterfaceError, DisconnectionError, PoolTimeout)

_CODES: Final = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_SENTENCES: Final = {
    404: "There is nothing at this address. The operations are listed at /docs.",
    405: "This address does not know that method.",
    413: "The body is larger than 128 KiB, or 16 KiB at /api/v1/auth. Send less at once.",
}


class FieldProblem(BaseModel):
    """One wrong field; the value itself is never repeated."""

    field: str = Field(examples=["password"])
    message: str = Field(examples=["string should have at least 8 characters"])
    code: str = Field(examples=["string_too_short"])


class Problem(BaseModel):
    """An RFC 9457 problem document; `code` is for machines and stays, `detail` is for people."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:odoosync:problem:wrong_credentials"])
    title: str = Field(examples=["Unauthorized"])
    status: int = Field(examples=[401])
    detail: str = Field(examples=["The username or the password is not right."])
    code: str = Field(examples=["wrong_credentials"])
    errors: list[FieldProblem] | None = None


def status_of(error: type[OdoosyncError]) -> int:
    return next(STATUS[ancestor] for ancestor in error.__mro__ if ancestor in STATUS)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> JSONResponse:
    """Render a problem document; `members` extend it."""
    document = {
        "type": f"urn:odoosync:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **members,
    }
    return JSONResponse(document, status, headers, MEDIA_TYPE)


def problem_of(error: OdoosyncError) -> JSONResponse:
    """Render an error of ours.

    Where a connection's test ended goes along as `stage`, wrong fields as `errors`.
    """
    headers: dict[str, str] = {}
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = 'Bearer realm="odoosync"'
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    stage = getattr(error, "stage", None)
    members: dict[str, Any] = {"stage": stage} if isinstance(stage, str) else {}
    if isinstance(error, BadForm):
        members["errors"] = error.fields
    status = status_of(type(error))
    return problem(status, error.code, error.advice, headers=headers, **members)


def problem_of_status(status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Render what the framework itself refuses: unknown addresses, methods, large bodies."""
    code = _CODES.get(status, "bad_request")
    detail = _SENTENCES.get(status, "The request could not be read.")
    return problem(status, code, detail, headers=headers)


def unexpected_problem() -> JSONResponse:
    return problem(500, "internal_error", "Something went wrong here. The service's log says what.")


def database_problem() -> JSONResponse:
    return problem(503, "database_unavailable", "The database does not answer. Try again shortly.")
