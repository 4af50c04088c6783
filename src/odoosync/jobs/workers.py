"""Who is alive to do the work. The table belongs to no tenant, so it is read by the wide door."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from odoosync.db import Database, epoch_now
from odoosync.jobs.tables import workers

_FORGOTTEN_S: Final = 24 * 3600.0


async def beat(database: Database, worker_id: str, machine: str | None = None) -> None:
    """Say that a worker is alive, now, and where."""
    async with database.system() as tx:
        change = workers.update().where(workers.c.id == worker_id).values(seen_at=epoch_now())
        if (await tx.execute(change)).rowcount:
            return
        await tx.execute(workers.delete().where(workers.c.seen_at < epoch_now() - _FORGOTTEN_S))
        born = {"id": worker_id, "machine": machine, "started_at": epoch_now()}
        await tx.execute(workers.insert().values(**born, seen_at=epoch_now()))


async def leave(database: Database, worker_id: str) -> None:
    """Say that a worker is gone."""
    async with database.system() as tx:
        await tx.execute(workers.delete().where(workers.c.id == worker_id))


async def live_workers(database: Database, within_s: float = 10.0) -> list[str]:
    """List the workers that were seen in the last seconds."""
    async with database.system(write=False) as tx:
        rows = await tx.all(
            select(workers.c.id)
            .where(workers.c.seen_at >= epoch_now() - within_s)
            .order_by(workers.c.id)
        )
        return [row.id for row in rows]
