"""What was done, by whom and when, kept with the tenant. `detail` never holds a secret."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Any

from odoosync.accounts.tables import audit_entries
from odoosync.db import Tx


async def record(
    tx: Tx,
    action: str,
    user_id: int | None,
    detail: Mapping[str, Any] | None = None,
    *,
    at: datetime,
    tenant_id: int | None = None,
) -> None:
    """Add an entry in the caller's transaction; `tenant_id` only where that has none."""
    await tx.execute(
        audit_entries.insert().values(
            tenant_id=tx.tenant_id if tx.tenant_id is not None else tenant_id,
            at=at,
            action=action,
            user_id=user_id,
            detail=dict(detail or {}),
        )
    )


class Afterwards:
    """Work that must not delay an answer: its duration would tell that a user exists."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settle(self) -> None:
        """Wait until all of it is done: before the database closes."""
        await asyncio.gather(*self._tasks)
