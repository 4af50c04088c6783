"""Sealing the secrets of webhooks anew, over all tenants, as `connections.resealing` does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, select

from odoosync.accounts.tables import users
from odoosync.crypto import CannotOpen, KeyRing, is_old_format
from odoosync.db import Tx
from odoosync.notifications.signing import sealed_for
from odoosync.notifications.tables import webhooks


async def list_old(tx: Tx) -> list[str]:
    """Say of each secret of the old format what it signs for."""
    owner = select(users.c.username).where(users.c.tenant_id == webhooks.c.tenant_id).limit(1)
    found = select(webhooks.c.id, webhooks.c.url, owner.scalar_subquery().label("owner")).where(
        webhooks.c.sealed_secret.like("1.%")
    )
    return [
        f"webhook {row.id} of {row.owner}: its secret signs what goes to {row.url}"
        for row in await tx.all(found.order_by(webhooks.c.id))
    ]


async def reseal(
    tx: Tx, ring: KeyRing, *, old: bool, failed: Callable[[str, CannotOpen], None]
) -> int:
    """Seal all anew; returns how many. What does not open is handed to `failed`, and stays."""
    count = 0
    for row in await tx.all(select(webhooks).order_by(webhooks.c.id)):
        try:
            secret = _anew(ring, row, row.sealed_secret, old=old)
            previous = row.sealed_previous and _anew(ring, row, row.sealed_previous, old=old)
        except CannotOpen as error:
            failed(f"webhook {row.id}", error)
            continue
        chosen = webhooks.update().where(
            webhooks.c.id == row.id, webhooks.c.sealed_secret == row.sealed_secret
        )
        values = {"sealed_secret": secret, "sealed_previous": previous}
        count += (await tx.execute(chosen.values(values))).rowcount
    return count


def _anew(ring: KeyRing, row: Row[Any], sealed: str, *, old: bool) -> str:
    bound = sealed_for(row.tenant_id, row.id, row.url)
    if old and is_old_format(sealed):
        before = f"tenant:{row.tenant_id}/webhooks:{row.id}/secret"
        return ring.seal(ring.open_old(sealed, before), bound)
    return ring.seal(ring.open(sealed, bound), bound)
