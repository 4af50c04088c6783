"""Errors of a database that tell of a value, and not of the database."""

from __future__ import annotations

from typing import Final

from sqlalchemy.exc import DBAPIError, StatementError

_ABOUT_DATA: Final = ("22", "54")
"""SQLSTATE's classes of data that is none, and of what is beyond a limit of PostgreSQL's."""


def is_about_a_value(error: BaseException) -> bool:
    """Tell whether the same statement fails again with the same values, and works with others."""
    if isinstance(error, DBAPIError):
        return str(getattr(error.orig, "sqlstate", None) or "")[:2] in _ABOUT_DATA
    if isinstance(error, StatementError):
        return isinstance(error.orig, OverflowError | UnicodeError | ValueError)
    return isinstance(error, OverflowError | UnicodeError)
