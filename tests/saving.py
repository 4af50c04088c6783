"""Storing a connection as if its credentials had been tested."""

from __future__ import annotations

from datetime import datetime

from odoosync.connections import store
from odoosync.connections.connection import Connection
from odoosync.connections.store import Tested
from odoosync.crypto import KeyRing
from odoosync.db import Tx


async def save_tested(
    tx: Tx,
    key_ring: KeyRing,
    tested: Tested,
    *,
    extra_fields: dict[str, list[str]] | None = None,
    now: datetime,
) -> Connection:
    """Store the credentials, and make the connection of their pair the active one."""
    await store.one_at_a_time(tx)
    known = await store.known_of(tx, tested, now)
    connection_id = known.id if known else await store.add(tx, tested, now)
    await store.put_credentials(tx, key_ring, connection_id, tested, now)
    await store.make_active(tx, connection_id, now)
    if extra_fields is not None:
        await store.update(tx, connection_id, now, extra_fields=extra_fields)
    return await store.get(tx, connection_id)
