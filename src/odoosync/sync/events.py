"""The outbox: what happened that an owner may want to be told of, whoever tells it.

An event is written in the transaction of what it tells about: there is none of what was rolled
back, and none is missing of what was committed. Whoever passes events on reads them from here; ids
commit out of order, so it marks what it took (`taken_at`) and does not go by the highest id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from odoosync.db import Tx
from odoosync.sync.schedule_tables import events

Kind = Literal[
    "run.finished",
    "run.failed",
    "credentials.rejected",
    "deletions.held_back",
    "dataset.stale",
    "dataset.fresh_again",
    "dataset.failing",
    "connection.failing",
    "connection.recovered",
    "webhook.disabled",
    "webhook.test",
    "email.unconfirmed",
]


async def record(
    tx: Tx,
    kind: Kind,
    connection_id: int | None,
    dataset: str | None,
    payload: Mapping[str, Any],
    *,
    at: datetime,
) -> int:
    """Add an event in the caller's transaction, and return its id.

    `payload` is JSON without any secret.
    """
    event_id: int = await tx.insert(
        events,
        {
            "connection_id": connection_id,
            "dataset": dataset,
            "kind": kind,
            "payload": dict(payload),
            "created_at": at,
        },
    )
    return event_id
