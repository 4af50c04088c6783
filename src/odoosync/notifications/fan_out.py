"""From the outbox to deliveries: one for each webhook and each mail address that wants an event.

Any number of processes may do it at once: an event is locked while deliveries are made of it, and
the database allows one delivery for an event and a receiver.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite

from odoosync.accounts.tables import users
from odoosync.db import Database, Tx
from odoosync.log import FailureLog, get_logger
from odoosync.notifications import store
from odoosync.notifications.event_types import MAILED
from odoosync.notifications.tables import deliveries
from odoosync.sync.schedule_tables import events

log = get_logger(__name__)
AT_ONCE: Final = 500


async def fan_out(
    database: Database, now: datetime, *, limit: int = AT_ONCE, failures: FailureLog | None = None
) -> int:
    """Make deliveries of up to `limit` waiting events; returns how many were taken.

    Those to mail addresses, too, whether this process can send them or not: another one may. What
    fails for one tenant is tried again next time; `failures` are known already.
    """
    taken, failures = 0, failures or FailureLog(log)
    for tenant_id, mine in groupby(await _waiting(database, limit), lambda event: event.tenant_id):
        ids = [event.id for event in mine]
        try:
            async with database.tenant(tenant_id) as tx:
                taken += await _take(tx, ids, now)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others are told
            failures.failed(tenant_id, error, "events_not_taken", tenant=tenant_id)
        else:
            failures.worked(tenant_id)
    return taken


async def _waiting(database: Database, limit: int) -> list[Row[Any]]:
    """Look across tenants for events that nobody took yet; grouped by tenant."""
    query = select(events.c.tenant_id, events.c.id).where(events.c.taken_at.is_(None))
    async with database.system(write=False) as tx:
        rows = await tx.all(query.order_by(events.c.id).limit(limit))
    return sorted(rows, key=lambda row: (row.tenant_id, row.id))


async def _take(tx: Tx, ids: Sequence[int], now: datetime) -> int:
    waiting = tx.select(events).where(events.c.id.in_(ids), events.c.taken_at.is_(None))
    found = await tx.all(waiting.order_by(events.c.id).with_for_update(skip_locked=True))
    if not found:
        return 0
    hooks = [one for one in await store.every(tx) if not store.rests(one)]
    readers = await _readers(tx)
    rows = [_for_webhook(one, event) for event in found for one in _listeners(hooks, event)]
    rows += [_for_user(user, event) for event in found if event.kind in MAILED for user in readers]
    await add(tx, rows, now)
    taken = tx.update(events).where(events.c.id.in_([event.id for event in found]))
    await tx.execute(taken.values(taken_at=now))
    return len(found)


def _listeners(hooks: Iterable[Row[Any]], event: Row[Any]) -> Iterator[Row[Any]]:
    """Choose who is told: a webhook hears nothing of what was before it."""
    for one in hooks:
        if store.wants(one, event) and one.created_at <= event.created_at:
            yield one


async def _readers(tx: Tx) -> list[Row[Any]]:
    has_address = tx.select(users, users.c.id).where(
        users.c.email.is_not(None), users.c.disabled_at.is_(None)
    )
    return list(await tx.all(has_address))


def _for_webhook(found: Row[Any], event: Row[Any]) -> dict[str, Any]:
    return {"event_id": event.id, "webhook_id": found.id, "user_id": None}


def _for_user(user: Row[Any], event: Row[Any]) -> dict[str, Any]:
    return {"event_id": event.id, "webhook_id": None, "user_id": user.id}


async def add(tx: Tx, rows: Sequence[dict[str, Any]], now: datetime) -> int:
    """Add deliveries that are due at once; returns how many there were not yet."""
    if not rows:
        return 0
    values = [
        {
            "tenant_id": tx.tenant_id,
            "message_id": f"msg_{uuid.uuid4().hex}",
            "status": "pending",
            "next_try_at": now,
            "created_at": now,
            **row,
        }
        for row in rows
    ]
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    new = insert(deliveries).on_conflict_do_nothing().returning(deliveries.c.id)
    return len((await tx.execute(new, values)).all())
