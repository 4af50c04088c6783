"""Tenants with connections, and short ways to move their lanes, for tests of the jobs room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import update

from odoosync.accounts.tables import tenants
from odoosync.clock import utc_now
from odoosync.connections.tables import connections
from odoosync.db import Database
from odoosync.jobs import lanes
from odoosync.jobs.claiming import claim_due
from odoosync.jobs.lanes import Claim, LaneState, Ticket
from odoosync.jobs.tables import lanes as lane_table

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


async def ask(database: Database, connection_id: int, tenant_id: int = 1, **more: Any) -> Ticket:
    async with database.tenant(tenant_id) as tx:
        return await lanes.ask(tx, connection_id, DATASET, **more)


async def state(database: Database, connection_id: int, tenant_id: int = 1) -> LaneState:
    async with database.tenant(tenant_id, write=False) as tx:
        found = await lanes.lane_state(tx, connection_id, DATASET)
    assert found is not None
    return found


async def claim(database: Database, worker_id: str = "w", **more: Any) -> list[Claim]:
    options: dict[str, Any] = {"limit": 10, "per_tenant": 10, "lease_s": 60.0} | more
    return await claim_due(database, worker_id, **options)


async def claim_one(database: Database, **more: Any) -> Claim:
    (only,) = await claim(database, **more)
    return only


async def advance(database: Database, held: Claim, checkpoint: dict[str, Any] | None) -> None:
    async with database.tenant(held.tenant_id) as tx:
        await lanes.advance(tx, held, checkpoint)


async def finish(database: Database, held: Claim) -> None:
    async with database.tenant(held.tenant_id) as tx:
        await lanes.finish(tx, held)


async def put_back(
    database: Database, held: Claim, delay_s: float = 0.0, *, failed_with: str | None = None
) -> None:
    async with database.tenant(held.tenant_id) as tx:
        await lanes.put_back(tx, held, delay_s, failed_with=failed_with)


async def run_out(database: Database, held: Claim) -> None:
    """Let a lease have run out, as if its worker were gone for longer."""
    async with database.system() as tx:
        await tx.execute(
            update(lane_table).where(lane_table.c.id == held.lane_id).values(lease_until=0.0)
        )
