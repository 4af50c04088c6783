"""Connections in the database. Every function takes a transaction of the tenant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from odoosync.connections.connection import Connection, from_row
from odoosync.connections.errors import NoConnection
from odoosync.connections.tables import connections
from odoosync.crypto import KeyRing, Secret
from odoosync.db import Tx


@dataclass(frozen=True, slots=True)
class Tested:
    """Credentials that logged in, and what was seen on the way."""

    odoo_url: str
    odoo_database: str
    odoo_username: str
    secret: Secret
    server: dict[str, Any]
    odoo_uid: int
    contact_count: int
    product_count: int


def sealed_for(tenant_id: int, connection_id: int) -> str:
    """Name the row that a sealed secret is bound to."""
    return f"tenant:{tenant_id}/connections:{connection_id}/secret"


async def active(tx: Tx) -> Connection:
    """Return the active connection. Raises NoConnection."""
    row = await tx.first(tx.select(connections).where(connections.c.is_active))
    if row is None:
        raise NoConnection
    return from_row(row)


async def get(tx: Tx, connection_id: int) -> Connection:
    """Return a connection that is not deleted. Raises NoConnection."""
    row = await tx.first(
        tx.select(connections).where(
            connections.c.id == connection_id, connections.c.deleted_at.is_(None)
        )
    )
    if row is None:
        raise NoConnection("There is no connection with this id.")
    return from_row(row)


async def chosen(tx: Tx, connection_id: int | None) -> Connection:
    """Return the connection that a request means: the named one, else the active one."""
    return await (active(tx) if connection_id is None else get(tx, connection_id))


async def every(tx: Tx) -> list[Connection]:
    rows = await tx.all(
        tx.select(connections).where(connections.c.deleted_at.is_(None)).order_by(connections.c.id)
    )
    return [from_row(row) for row in rows]


async def secret_of(tx: Tx, key_ring: KeyRing, connection_id: int) -> Secret:
    """Open the stored secret: the one place where that happens. Raises NoConnection, CannotOpen."""
    column = connections.c.sealed_secret
    sealed = await tx.scalar(
        tx.select(connections, column).where(connections.c.id == connection_id)
    )
    if sealed is None or tx.tenant_id is None:
        raise NoConnection
    return key_ring.open(sealed, sealed_for(tx.tenant_id, connection_id))


async def save_tested(
    tx: Tx,
    key_ring: KeyRing,
    tested: Tested,
    *,
    extra_fields: dict[str, list[str]] | None,
    now: datetime,
) -> Connection:
    """Store credentials that logged in, and make their connection the active one.

    The pair (URL, database) is the connection's identity: a known pair gets the new secret and
    comes back if it was deleted; an unknown one becomes a new connection.
    """
    await _one_at_a_time(tx)
    same_pair = (
        connections.c.odoo_url == tested.odoo_url,
        connections.c.odoo_database == tested.odoo_database,
    )
    known = await tx.scalar(tx.select(connections, connections.c.id).where(*same_pair))
    await tx.execute(tx.update(connections).where(connections.c.is_active).values(is_active=False))
    if known is None:
        known = await tx.insert(connections, _first_values(tested, now))
    values: dict[str, Any] = {
        "odoo_username": tested.odoo_username,
        "sealed_secret": key_ring.seal(tested.secret, sealed_for(tx.tenant_id or 0, known)),
        "secret_version": connections.c.secret_version + 1,
        "server": tested.server,
        "is_active": True,
        "updated_at": now,
        "tested_at": now,
        "deleted_at": None,
    }
    if extra_fields is not None:
        values["extra_fields"] = extra_fields
    await tx.execute(tx.update(connections).where(connections.c.id == known).values(**values))
    return await get(tx, known)


async def _one_at_a_time(tx: Tx) -> None:
    """Let nobody else of the tenant save meanwhile: one pair is stored once, one is active."""
    if tx.dialect == "postgresql":  # SQLite writes one at a time anyway
        name = f"connections of tenant {tx.tenant_id}"
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def _first_values(tested: Tested, now: datetime) -> dict[str, Any]:
    return {
        "name": f"{tested.odoo_database} at {tested.odoo_url}"[:255],
        "odoo_url": tested.odoo_url,
        "odoo_database": tested.odoo_database,
        "odoo_username": tested.odoo_username,
        "secret_version": 0,
        "extra_fields": {},
        "is_active": False,
        "created_at": now,
        "updated_at": now,
    }


async def remember_server(tx: Tx, connection_id: int, server: dict[str, Any]) -> None:
    await tx.execute(
        tx.update(connections).where(connections.c.id == connection_id).values(server=server)
    )


async def set_extra_fields(
    tx: Tx, connection_id: int, extra_fields: dict[str, list[str]], now: datetime
) -> None:
    await tx.execute(
        tx.update(connections)
        .where(connections.c.id == connection_id)
        .values(extra_fields=extra_fields, updated_at=now)
    )


async def delete(tx: Tx, connection_id: int, now: datetime) -> None:
    """Remove the secret at once and hide the connection with its copy."""
    await tx.execute(
        tx.update(connections)
        .where(connections.c.id == connection_id)
        .values(sealed_secret=None, is_active=False, deleted_at=now, updated_at=now)
    )
