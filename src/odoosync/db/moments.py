"""Moments as numbers in SQL, so that both databases can reckon with them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Double
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement


class epoch_of(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """Seconds since 1970 of a UtcDateTime column or value; exact to a millisecond."""

    type = Double()
    inherit_cache = True


@compiles(epoch_of, "postgresql")
def _epoch_postgresql(element: epoch_of, compiler: SQLCompiler, **more: Any) -> str:
    return f"extract(epoch from {compiler.process(element.clauses, **more)})"


@compiles(epoch_of, "sqlite")
def _epoch_sqlite(element: epoch_of, compiler: SQLCompiler, **more: Any) -> str:
    return f"((julianday({compiler.process(element.clauses, **more)}) - 2440587.5) * 86400.0)"
