"""Taking runs that are due, of all tenants: fairly, and within limits.

A worker sees whose turn it is before it knows for whom it works; that is why it needs the wide
door. What follows happens through the claim's own tenant.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Row,
    Select,
    Update,
    bindparam,
    case,
    cast,
    func,
    select,
)

from odoosync.db import Database, epoch_now
from odoosync.db.polling import Poll
from odoosync.jobs.queue import Limit, Share
from odoosync.jobs.run_queue import RUNS, WORKER_LOST, Claim, lock_order, stalled_s
from odoosync.jobs.tables import OPEN, runs


@dataclass(frozen=True, slots=True)
class Limits:
    """How many runs all workers together hold at once of one tenant, and of one server.

    Of one party a worker itself holds `here` at most. A run that waits for its server's answer does
    not count for its tenant.
    """

    per_tenant: int = 4
    per_server: int | None = None
    here: int | None = None


class Claimer:
    """Takes runs for one worker, within `limits`."""

    def __init__(self, database: Database, worker_id: str, limits: Limits, lease_s: float) -> None:
        self._database = database
        self._lease_s = lease_s
        self._in_turn = _in_turn(worker_id, limits)
        self._taking = RUNS.taking(self._in_turn, _taking(worker_id, lease_s), stalled_s())
        self._poll = Poll(database, RUNS.any_due)

    async def claim(self, limit: int, waiting: Collection[str] = ()) -> list[Claim]:
        """Take up to `limit` that are due; `waiting` are runs that only wait for an answer.

        Raises OSError, SQLAlchemyError.
        """
        if not await self._poll.ask():
            return []
        parameters = {"limit": limit, "waiting": list(waiting)}
        rows = await RUNS.claim(self._database, self._in_turn, self._taking, parameters)
        return [_claim(row, self._lease_s) for row in rows]

    async def close(self) -> None:
        await self._poll.close()


def _in_turn(worker_id: str, limits: Limits) -> Select[Any]:
    own = runs.c.worker_id == worker_id
    busy = runs.c.id.not_in(bindparam("waiting", expanding=True))
    tenant, server = runs.c.tenant_id, runs.c.server
    of_tenant = [Limit(limits.per_tenant, RUNS.count_held(tenant, busy))]
    of_server = []
    if limits.here is not None:
        of_tenant.append(Limit(limits.here, RUNS.count_held(tenant, busy, own)))
        of_server.append(Limit(limits.here, RUNS.count_held(server, own)))
    if limits.per_server is not None:
        of_server.append(Limit(limits.per_server, RUNS.count_held(server)))
    shares = [Share("tenant_id", tuple(of_tenant))]
    if of_server:
        shares.append(Share("server", tuple(of_server)))
    candidates = select(
        runs.c.id,
        runs.c.tenant_id,
        runs.c.server,
        runs.c.priority,
        runs.c.run_after.label("ripe_at"),
    ).where(RUNS.due)
    return RUNS.in_turn(candidates, shares).limit(bindparam("limit"))


def _taking(worker_id: str, lease_s: float) -> dict[str, Any]:
    """Begin what is queued, or go on with what has begun; a lease that ran out is a failure."""
    is_lost = runs.c.lease_until.is_not(None)
    return {
        "failures": case((is_lost, runs.c.failures + 1), else_=runs.c.failures),
        "failed_with": case((is_lost, WORKER_LOST), else_=runs.c.failed_with),
        "progressed_at": func.coalesce(runs.c.progressed_at, epoch_now()),
        "lease_until": epoch_now() + lease_s,
        "worker_id": worker_id,
    }


def _claim(row: Row[Any], lease_s: float) -> Claim:
    return Claim(
        run_id=row.id,
        tenant_id=row.tenant_id,
        connection_id=row.connection_id,
        dataset=row.dataset,
        kind=row.kind,
        fence=row.fence,
        checkpoint=row.checkpoint,
        failures=row.failures,
        stalled_s=row.stalled_s,
        failed_with=row.failed_with,
        lease_s=lease_s,
    )


async def release_worker(database: Database, worker_id: str) -> int:
    """End the leases of a worker that is provably gone; returns how many there were."""
    async with database.system() as tx:
        held = select(runs.c.id).where(
            OPEN, runs.c.worker_id == worker_id, runs.c.lease_until.is_not(None)
        )
        in_order = held.order_by(*lock_order(tx.dialect)).with_for_update(key_share=True)
        released = await tx.execute(
            runs.update().where(runs.c.id.in_(in_order)).values(lease_until=0.0)
        )
        return released.rowcount


def revoke_all_leases() -> Update:
    """Return the statement, across tenants, that takes every run from whoever holds it.

    For a database that was put back: who held a run when it was saved, and holds it still, has come
    further than the copy, and would store what follows. Fences go beyond all that were given since;
    what had begun goes on from its checkpoint.
    """
    now_ms = cast(epoch_now() * 1000, BigInteger)
    return (
        runs.update()
        .where(OPEN)
        .values(
            fence=case((runs.c.fence < now_ms, now_ms), else_=runs.c.fence + 1),
            lease_until=None,
            worker_id=None,
        )
    )
