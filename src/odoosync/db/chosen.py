"""Locking the rows that come first, and no others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, Table, select


def chosen_once(turns: Select[Any], table: Table) -> Select[Any]:
    """Lock the rows of `turns` that nobody has locked, for a statement that changes them.

    PostgreSQL may run a subquery anew for each row of that statement. It passes over rows that were
    changed already, so its limit would let others in: this one runs once.
    """
    locked = turns.with_for_update(of=table, skip_locked=True).cte("chosen")
    return select(locked.prefix_with("MATERIALIZED", dialect="postgresql"))
