"""Errors in a GraphQL answer: a sentence and `extensions.code`, and nothing of our insides.

Where a connection's test ended goes along as `extensions.stage`.

This is the table of this surface: errors of ours show their message, the query's own mistakes
show what graphql-core says of them, everything else is written to the log and shown as one
sentence.
"""

from __future__ import annotations

from typing import Any, Final

from graphql import GraphQLError

from odoosync.api.problems import DATABASE_AWAY
from odoosync.errors import OdoosyncError
from odoosync.log import get_logger

INVALID: Final = "graphql_invalid"
_log = get_logger("odoosync.api.graphql")


def shown(error: GraphQLError) -> dict[str, Any]:
    """Render an error for the caller."""
    code, message = _told(error)
    document: dict[str, Any] = {"message": message, "extensions": {"code": code}}
    if isinstance(stage := getattr(_cause(error), "stage", None), str):
        document["extensions"]["stage"] = stage
    if error.locations:
        document["locations"] = [
            {"line": place.line, "column": place.column} for place in error.locations
        ]
    if error.path:
        document["path"] = error.path
    return document


def _told(error: GraphQLError) -> tuple[str, str]:
    cause = _cause(error)
    if cause is None:
        return INVALID, error.message
    if isinstance(cause, OdoosyncError):
        return cause.code, cause.advice
    if isinstance(cause, RecursionError):
        return INVALID, "The query nests too deeply."
    if isinstance(cause, DATABASE_AWAY):
        _log.error("the database does not answer", exc_info=cause)
        return "database_unavailable", "The database does not answer. Try again shortly."
    _log.error("a resolver failed", path=error.path, exc_info=cause)
    return "internal_error", "Something went wrong here. The service's log says what."


def _cause(error: GraphQLError) -> Exception | None:
    """Find what a resolver raised; graphql-core wraps its own errors, too."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause
