"""Connections in the database. Every function takes a transaction of the tenant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, func, select

from odoosync.accounts import audit
from odoosync.accounts.errors import UserDisabled
from odoosync.connections.connection import Connection, from_row
from odoosync.connections.errors import (
    ConnectionPaused,
    NoActiveConnection,
    NoConnection,
    NoCredentials,
    NotDeleted,
)
from odoosync.connections.tables import connections
from odoosync.crypto import KeyRing, Secret, bound_to
from odoosync.db import Tx
from odoosync.jobs.suspended import is_suspended

_FROM_THE_FIRST: Final[list[Any]] = []


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
    is_rate_limited: bool = False


def sealed_for(connection: Connection) -> str:
    """Name what a sealed secret is bound to: its row, and the login that it is sent with.

    Where any of that is changed in the database, the secret does not open, and goes nowhere.
    """
    where = (connection.odoo_url, connection.odoo_database, connection.odoo_username)
    return bound_to("connections", connection.tenant_id, connection.id, *where)


async def active(tx: Tx) -> Connection:
    """Return the active connection. Raises NoCredentials where there is none at all.

    Raises NoActiveConnection where there are others.
    """
    row = await tx.first(tx.select(connections).where(connections.c.is_active))
    if row is not None:
        return from_row(row)
    if others := await every(tx):
        raise NoActiveConnection([one.id for one in others])
    raise NoCredentials


async def get(tx: Tx, connection_id: int, *, include_deleted: bool = False) -> Connection:
    """Return a connection; a deleted one only when asked for. Raises NoConnection."""
    found = _kept(tx, include_deleted=include_deleted).where(connections.c.id == connection_id)
    row = await tx.first(found)
    if row is None:
        raise NoConnection
    return from_row(row)


async def exists(tx: Tx, connection_id: int) -> bool:
    """Tell whether there is such a connection, a deleted one too.

    In a transaction without a tenant, of any tenant.
    """
    query = select(connections.c.id) if tx.tenant_id is None else tx.select(connections)
    return await tx.first(query.where(connections.c.id == connection_id)) is not None


async def restorable(tx: Tx, connection_id: int, now: datetime) -> Connection:
    """Return a deleted connection that can be restored. Raises NoConnection, NotDeleted."""
    found = await get(tx, connection_id, include_deleted=True)
    if found.deleted_at is None:
        raise NotDeleted
    if not found.can_be_restored(now):
        raise NoConnection
    return found


async def chosen(tx: Tx, connection_id: int | None) -> Connection:
    """Return the connection that a request means: the named one, else the active one.

    Raises NoConnection for a named one, NoCredentials and NoActiveConnection where none is named.
    """
    return await (active(tx) if connection_id is None else get(tx, connection_id))


async def syncable(tx: Tx, connection_id: int | None) -> Connection:
    """Return the connection that a sync is asked for. Raises ConnectionPaused, as `chosen` does."""
    connection = await chosen(tx, connection_id)
    if connection.paused_at is not None:
        raise ConnectionPaused
    return connection


async def check_not_suspended(tx: Tx) -> None:
    """Raise UserDisabled where nothing may be asked of Odoo: all users of the tenant are."""
    if await is_suspended(tx):
        raise UserDisabled(
            "This user is disabled, so nothing is asked of their Odoo. "
            "`odoosync user enable` lets the user in again."
        )


async def every(tx: Tx, *, include_deleted: bool = False) -> list[Connection]:
    """Return the connections, oldest first; those that can be restored when asked for."""
    found = _kept(tx, include_deleted=include_deleted).order_by(connections.c.id)
    return [from_row(row) for row in await tx.all(found)]


def _kept(tx: Tx, *, include_deleted: bool) -> Select[Any]:
    kept = tx.select(connections).where(~connections.c.is_going)
    return kept if include_deleted else kept.where(connections.c.deleted_at.is_(None))


async def secret_of(tx: Tx, key_ring: KeyRing, connection: Connection) -> Secret:
    """Open the stored secret, to be sent where this connection says, and nowhere else.

    The one place where that happens. Raises NoConnection, CannotOpen.
    """
    column = connections.c.sealed_secret
    sealed = await tx.scalar(
        tx.select(connections, column).where(connections.c.id == connection.id)
    )
    if sealed is None:
        raise NoConnection
    return key_ring.open(sealed, sealed_for(connection))


async def one_at_a_time(tx: Tx) -> None:
    """Let nobody else of the tenant save meanwhile: one pair is stored once, one is active."""
    if tx.dialect == "postgresql":  # SQLite writes one at a time anyway
        name = f"connections of tenant {tx.tenant_id}"
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


async def of_pair(tx: Tx, odoo_url: str, odoo_database: str) -> Connection | None:
    """Return the pair's connection, deleted or not; None when it never had one, or has no more."""
    row = await tx.first(
        tx.select(connections).where(
            connections.c.odoo_url == odoo_url, connections.c.odoo_database == odoo_database
        )
    )
    return None if row is None else from_row(row)


async def known_of(tx: Tx, tested: Tested, now: datetime) -> Connection | None:
    """Return the connection that tested credentials belong to; None when there is none any more.

    One that can no longer be restored gives its pair up here; call `one_at_a_time` first.
    """
    known = await of_pair(tx, tested.odoo_url, tested.odoo_database)
    if known is not None and not known.can_be_restored(now):
        await give_up(tx, known.id, now)
        return None
    return known


async def give_up(tx: Tx, connection_id: int, now: datetime) -> None:
    """Let a connection be on its way out: nothing shows it, and its pair is free for another."""
    gone = tx.update(connections).where(connections.c.id == connection_id)
    # No database of Odoo's has such a name.
    await tx.execute(gone.values(is_going=True, odoo_database=f":gone:{connection_id}"))
    await audit.record(tx, "connection.removed", audit.SERVICE, at=now, connection_id=connection_id)


async def count(tx: Tx) -> int:
    """Count the tenant's connections, those that were deleted left out."""
    standing = tx.select(connections, func.count()).where(connections.c.deleted_at.is_(None))
    return int(await tx.scalar(standing) or 0)


async def add(tx: Tx, tested: Tested, now: datetime) -> int:
    """Make a connection that has no credentials yet, and return its id."""
    made: int = await tx.insert(connections, _first_values(tested, now))
    return made


async def put_credentials(
    tx: Tx, key_ring: KeyRing, connection_id: int, tested: Tested, now: datetime
) -> None:
    """Seal and store credentials that logged in; a deleted connection is back with them."""
    deleted = tx.update(connections).where(
        connections.c.id == connection_id, connections.c.deleted_at.is_not(None)
    )
    await tx.execute(deleted.values(retold_to=_FROM_THE_FIRST))
    found = await get(tx, connection_id, include_deleted=True)
    meant = replace(found, odoo_username=tested.odoo_username)
    await update(
        tx,
        connection_id,
        now,
        odoo_username=tested.odoo_username,
        sealed_secret=key_ring.seal(tested.secret, sealed_for(meant)),
        secret_version=connections.c.secret_version + 1,
        server=tested.server,
        tested_at=now,
        deleted_at=None,
        removed_from=None,
    )
    if tested.is_rate_limited:
        await note_rate_limit(tx, connection_id, now)


async def note_rate_limit(tx: Tx, connection_id: int, now: datetime) -> None:
    """Remember that its server answered 429: the first time counts."""
    unknown = tx.update(connections).where(
        connections.c.id == connection_id, connections.c.rate_limited_since.is_(None)
    )
    await tx.execute(unknown.values(rate_limited_since=now))


async def make_active(tx: Tx, connection_id: int, now: datetime) -> None:
    """Make a connection the one that is meant when none is named; call `one_at_a_time` first."""
    others = tx.update(connections).where(
        connections.c.is_active, connections.c.id != connection_id
    )
    await tx.execute(others.values(is_active=False))
    await update(tx, connection_id, now, is_active=True)


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


async def update(tx: Tx, connection_id: int, now: datetime, **values: Any) -> None:
    """Set columns of a connection."""
    chosen_row = tx.update(connections).where(connections.c.id == connection_id)
    await tx.execute(chosen_row.values(updated_at=now, **values))


async def delete(tx: Tx, connection_id: int, now: datetime, *, grace: timedelta) -> None:
    """Remove the secret at once and hide the connection; its copy is kept for the grace period."""
    await update(
        tx,
        connection_id,
        now,
        sealed_secret=None,
        is_active=False,
        paused_at=None,
        deleted_at=now,
        removed_from=now + grace,
    )
