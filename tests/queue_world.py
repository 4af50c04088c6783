"""Tenants with connections, and short ways to move their runs, for tests of the jobs room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select, update

from odoosync.accounts.tables import tenants
from odoosync.clock import utc_now
from odoosync.connections.tables import connections
from odoosync.db import Database
from odoosync.jobs import run_queue
from odoosync.jobs.claiming import Claimer, Limits
from odoosync.jobs.run_queue import Claim, Enqueued, Kind
from odoosync.jobs.tables import runs

DATASET = "contacts"


async def populate(database: Database, owners: Iterable[int]) -> list[int]:
    """Make one connection per entry, each of the tenant named there; returns their ids."""
    now, made, known = utc_now(), [], set[int]()
    for number, tenant_id in enumerate(owners):
        async with database.system() as tx:
            if tenant_id not in known:
                known.add(tenant_id)
                await tx.execute(tenants.insert().values(id=tenant_id, name="t", created_at=now))
            values: dict[str, Any] = {
                "tenant_id": tenant_id,
                "name": "c",
                "odoo_url": "http://odoo",
                "odoo_database": f"db{number}",
                "odoo_username": "admin",
                "secret_version": 1,
                "extra_fields": [],
                "is_active": False,
                "created_at": now,
                "updated_at": now,
            }
            insert = connections.insert().values(**values).returning(connections.c.id)
            made.append(int(await tx.scalar(insert)))
    return made


async def move(database: Database, connection_id: int, url: str) -> None:
    """Let a connection be to another server: at first all are to one."""
    async with database.system() as tx:
        moved = update(connections).where(connections.c.id == connection_id)
        await tx.execute(moved.values(odoo_url=url))
        asked = update(runs).where(runs.c.connection_id == connection_id)
        await tx.execute(asked.values(server=url))


async def ask(
    database: Database,
    connection_id: int,
    tenant_id: int = 1,
    *,
    dataset: str = DATASET,
    kind: Kind = "sync",
    priority: int = 0,
) -> Enqueued:
    mode = "verify" if kind == "verify" else "incremental"
    history = {"mode": mode, "trigger": "api", "created_at": utc_now()}
    url = select(connections.c.odoo_url).where(connections.c.id == connection_id)
    async with database.system(write=False) as tx:
        server = await tx.scalar(url)
    async with database.tenant(tenant_id) as tx:
        return await run_queue.enqueue(
            tx, connection_id, dataset, kind, server=server, priority=priority, values=history
        )


async def run_of(database: Database, run_id: str) -> Row[Any]:
    async with database.system(write=False) as tx:
        row = await tx.first(select(runs).where(runs.c.id == run_id))
    assert row is not None
    return row


async def last_run(database: Database, connection_id: int) -> Row[Any]:
    async with database.system(write=False) as tx:
        mine = select(runs).where(runs.c.connection_id == connection_id)
        row = await tx.first(mine.order_by(runs.c.number.desc()).limit(1))
    assert row is not None
    return row


async def claim(
    database: Database,
    worker_id: str = "w",
    *,
    limit: int = 10,
    lease_s: float = 60.0,
    waiting: Iterable[str] = (),
    per_tenant: int = 10,
    **limits: int,
) -> list[Claim]:
    """Take runs as a worker with these limits does; see `claiming.Limits`."""
    claimer = Claimer(database, worker_id, Limits(per_tenant, **limits), lease_s)
    try:
        return await claimer.claim(limit, list(waiting))
    finally:
        await claimer.close()


async def claim_one(database: Database, **more: Any) -> Claim:
    (only,) = await claim(database, **more)
    return only


async def begin(database: Database, held: Claim) -> None:
    async with database.tenant(held.tenant_id) as tx:
        await run_queue.begin(tx, held, utc_now())


async def begin_one(database: Database, **more: Any) -> Claim:
    """Take the one run that is due, and let it begin."""
    held = await claim_one(database, **more)
    await begin(database, held)
    return held


async def advance(database: Database, held: Claim, checkpoint: dict[str, Any] | None) -> None:
    async with database.tenant(held.tenant_id) as tx:
        await run_queue.advance(tx, held, checkpoint)


async def finish(database: Database, held: Claim, status: str = "succeeded") -> None:
    async with database.tenant(held.tenant_id) as tx:
        await run_queue.finish(tx, held, status)


async def snooze(
    database: Database, held: Claim, delay_s: float = 0.0, *, failed_with: str | None = None
) -> None:
    async with database.tenant(held.tenant_id) as tx:
        await run_queue.snooze(tx, held, delay_s, failed_with=failed_with)


async def run_out(database: Database, held: Claim) -> None:
    """Let a lease have run out, as if its worker were gone for longer."""
    async with database.system() as tx:
        mine = update(runs).where(runs.c.id == held.run_id)
        await tx.execute(mine.values(lease_until=0.0))


async def take_away(database: Database, held: Claim) -> None:
    """Let another worker have taken a run, whose lease had run out."""
    async with database.system() as tx:
        mine = update(runs).where(runs.c.id == held.run_id)
        await tx.execute(mine.values(fence=runs.c.fence + 1, worker_id="another"))
