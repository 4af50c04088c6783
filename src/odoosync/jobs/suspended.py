"""Tenants for whom nothing is done: all of their users are disabled.

Whoever takes up work of many tenants leaves theirs where it is. It goes on once a user is enabled.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, and_, exists, literal, select
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table

from odoosync.db import Tx

_USERS: Final = sql_table("users", sql_column("tenant_id"), sql_column("disabled_at"))
"""Who may use a tenant; all else about users is the business of others."""


def suspended(tenant_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that the tenant of a row is suspended."""
    users = _USERS.alias("users_of_tenant")
    of_tenant = exists().where(users.c.tenant_id == tenant_id)
    enabled = of_tenant.where(users.c.disabled_at.is_(None))
    return and_(of_tenant, ~enabled)


async def is_suspended(tx: Tx) -> bool:
    """Tell whether the transaction's tenant is suspended."""
    return bool(await tx.scalar(select(suspended(literal(tx.tenant_id)))))
