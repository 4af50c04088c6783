"""Sealing stored passwords anew, over all tenants: under the newest key, in today's format.

`old` opens what an older version bound to its row alone. Such a secret goes wherever its row says
by now, so the operator looks at each of them before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, select

from odoosync.accounts.tables import users
from odoosync.connections.connection import from_row
from odoosync.connections.store import sealed_for
from odoosync.connections.tables import connections
from odoosync.crypto import CannotOpen, KeyRing, is_old_format
from odoosync.db import Tx


async def list_old(tx: Tx) -> list[str]:
    """Say of each secret of the old format where it is sent."""
    owner = select(users.c.username).where(users.c.tenant_id == connections.c.tenant_id).limit(1)
    found = select(connections, owner.scalar_subquery().label("owner")).where(
        connections.c.sealed_secret.like("1.%")
    )
    return [
        f"connection {row.id} of {row.owner}: the password of {row.odoo_username} in "
        f"{row.odoo_database} goes to {row.odoo_url}"
        for row in await tx.all(found.order_by(connections.c.id))
    ]


async def reseal(
    tx: Tx, ring: KeyRing, *, old: bool, failed: Callable[[str, CannotOpen], None]
) -> int:
    """Seal all anew; returns how many. What does not open is handed to `failed`, and stays."""
    count = 0
    sealed = select(connections).where(connections.c.sealed_secret.is_not(None))
    for row in await tx.all(sealed.order_by(connections.c.id)):
        try:
            anew = _anew(ring, row, old=old)
        except CannotOpen as error:
            failed(f"connection {row.id}", error)
            continue
        chosen = connections.update().where(
            connections.c.id == row.id, connections.c.sealed_secret == row.sealed_secret
        )
        count += (await tx.execute(chosen.values(sealed_secret=anew))).rowcount
    return count


def _anew(ring: KeyRing, row: Row[Any], *, old: bool) -> str:
    bound = sealed_for(from_row(row))
    if old and is_old_format(row.sealed_secret):
        before = f"tenant:{row.tenant_id}/connections:{row.id}/secret"
        return ring.seal(ring.open_old(row.sealed_secret, before), bound)
    return ring.seal(ring.open(row.sealed_secret, bound), bound)
