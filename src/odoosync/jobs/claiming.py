"""Taking due lanes of all tenants: the one file of this room that looks across them.

A worker sees whose turn it is before it knows for whom it works; that is why it needs the wide
door. What follows happens through the claim's own tenant.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    false,
    func,
    not_,
    or_,
    select,
    text,
    true,
)
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.sql.selectable import Subquery

from odoosync.db import Database, Tx, epoch_now
from odoosync.db.chosen import chosen_once
from odoosync.jobs.lanes import WORKER_LOST, Claim, lock_order, stalled_s
from odoosync.jobs.suspended import suspended
from odoosync.jobs.tables import lanes

_LOCK: Final = 7_305_411_862_002
_SERVERS: Final = sql_table("connections", sql_column("id"), sql_column("odoo_url"))
"""Whose server a lane's work is asked of; all else about connections is the business of others."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of the work may be one party's.

    `per_tenant` lanes are held of a tenant by all workers together and `per_tenant_here` by this
    one, but for those that are `lent`: they only wait. `per_server` are held of one server by this
    worker, `per_odoo` by all workers together, lent or not. `overall` are held by all workers, but
    for those that are lent.
    """

    per_tenant: int
    per_tenant_here: int | None = None
    per_server: int | None = None
    per_odoo: int | None = None
    overall: int | None = None
    lent: Collection[int] = ()


async def claim_due(
    database: Database,
    worker_id: str,
    *,
    limit: int,
    per_tenant: int,
    lease_s: float,
    per_tenant_here: int | None = None,
    per_server: int | None = None,
    per_odoo: int | None = None,
    overall: int | None = None,
    lent: Collection[int] = (),
) -> list[Claim]:
    """Take up to `limit` lanes that are due, within the shares of their tenants and servers.

    Looks first without a lock, so that a worker with nothing to do disturbs nobody.
    """
    async with database.system(write=False) as tx:
        if await tx.first(_ANY_DUE) is None:
            return []
        shares = Shares(per_tenant, per_tenant_here, per_server, per_odoo, overall, lent)
        turns = _turns(worker_id, shares)
        if not await _room(tx, shares, limit) or await tx.first(turns.limit(1)) is None:
            return []
    async with database.system() as tx:
        if not await _alone(tx):
            return []
        chosen = chosen_once(turns.limit(await _room(tx, shares, limit)), lanes)
        taken = await tx.execute(
            lanes.update()
            .where(lanes.c.id.in_(chosen))
            .values(**_taking(worker_id, lease_s))
            .returning(*lanes.c, stalled_s())
        )
        return [_claim(row, lease_s) for row in taken.all()]


async def release_worker(database: Database, worker_id: str) -> int:
    """End the leases of a worker that is provably gone; returns how many there were."""
    async with database.system() as tx:
        held = select(lanes.c.id).where(
            lanes.c.worker_id == worker_id, lanes.c.lease_until.is_not(None)
        )
        in_order = held.order_by(*lock_order(tx.dialect)).with_for_update()
        released = await tx.execute(
            lanes.update().where(lanes.c.id.in_(in_order)).values(lease_until=0.0)
        )
        return released.rowcount


async def _alone(tx: Tx) -> bool:
    """Let one worker at a time choose: caps count what others hold. Whoever is second waits a tick.

    A worker that is frozen in here would hold everybody up: its session is ended by the server.
    """
    if tx.dialect != "postgresql":
        return True  # the write lock is held already
    await tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = 5000"))
    return bool(await tx.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))))


async def _room(tx: Tx, shares: Shares, limit: int) -> int:
    """Return how many may be taken, so that all workers together hold no more than `overall`."""
    if shares.overall is None:
        return limit
    held = select(func.count()).select_from(lanes)
    count = await tx.scalar(held.where(_held(), lanes.c.id.not_in(shares.lent)))
    return max(0, min(limit, shares.overall - int(count)))


def _due() -> ColumnElement[bool]:
    return and_(
        lanes.c.want > lanes.c.done,
        lanes.c.not_before <= epoch_now(),
        or_(lanes.c.lease_until.is_(None), lanes.c.lease_until <= epoch_now()),
        not_(suspended(lanes.c.tenant_id)),
    )


_ANY_DUE: Final = select(lanes.c.id).where(_due()).limit(1)
"""Looked for ten times a second; whose turn it is, only when there is something."""


def _held() -> ColumnElement[bool]:
    return and_(lanes.c.want > lanes.c.done, lanes.c.lease_until > epoch_now())


def _turns(worker_id: str, shares: Shares) -> Select[Any]:
    """Order due lanes by priority, then by how many of the tenant and the server go first."""
    queue = _by_server(worker_id, shares, _by_tenant(worker_id, shares))
    return (
        select(lanes.c.id)
        .join(queue, queue.c.id == lanes.c.id)
        .where(queue.c.turn <= shares.per_tenant, _due())
        .where(_within(queue.c.turn_here, shares.per_tenant_here))
        .where(_within(queue.c.server_turn, shares.per_server))
        .where(_within(queue.c.odoo_turn, shares.per_odoo))
        .order_by(
            lanes.c.priority.desc(),
            queue.c.turn,
            queue.c.server_turn,
            lanes.c.not_before,
            lanes.c.id,
        )
    )


def _within(turn: ColumnElement[int], share: int | None) -> ColumnElement[bool]:
    return true() if share is None else turn <= share


def _own(worker_id: str) -> ColumnElement[int]:
    return func.sum(case((lanes.c.worker_id == worker_id, 1), else_=0))


def _held_of_servers(worker_id: str) -> Select[Any]:
    """Count what is held of each server: by this worker, and by all."""
    return (
        select(_SERVERS.c.odoo_url, _own(worker_id).label("own"), func.count().label("by_all"))
        .join(lanes, lanes.c.connection_id == _SERVERS.c.id)
        .where(_held())
        .group_by(_SERVERS.c.odoo_url)
    )


def _server_is_full(worker_id: str, shares: Shares) -> ColumnElement[bool]:
    """Tell lanes that this worker may not take now: they keep nobody waiting behind them."""
    held = _held_of_servers(worker_id).subquery("full")
    reached = [
        count >= share
        for count, share in ((held.c.own, shares.per_server), (held.c.by_all, shares.per_odoo))
        if share is not None
    ]
    if not reached:
        return false()
    urls = select(held.c.odoo_url).where(or_(*reached))
    return lanes.c.connection_id.in_(
        select(_SERVERS.c.id).where(_SERVERS.c.odoo_url.in_(urls)).correlate(None)
    )


def _by_tenant(worker_id: str, shares: Shares) -> Subquery:
    """Give each due lane its place among its tenant's, behind those that are held."""
    held = (
        select(lanes.c.tenant_id, _own(worker_id).label("own"), func.count().label("by_all"))
        .where(_held(), lanes.c.id.not_in(shares.lent))
        .group_by(lanes.c.tenant_id)
        .subquery("held")
    )
    place = func.row_number().over(
        partition_by=lanes.c.tenant_id,
        order_by=(lanes.c.priority.desc(), lanes.c.not_before, lanes.c.id),
    )
    return (
        select(
            lanes.c.id,
            lanes.c.connection_id,
            lanes.c.priority,
            lanes.c.not_before,
            (place + func.coalesce(held.c.by_all, 0)).label("turn"),
            (place + func.coalesce(held.c.own, 0)).label("turn_here"),
        )
        .outerjoin(held, held.c.tenant_id == lanes.c.tenant_id)
        .where(_due(), not_(_server_is_full(worker_id, shares)))
        .subquery("by_tenant")
    )


def _by_server(worker_id: str, shares: Shares, queue: Subquery) -> Subquery:
    """Give it its place among its server's, too; what must wait for its tenant is last."""
    held = _held_of_servers(worker_id).subquery("held_of_server")
    may = and_(
        queue.c.turn <= shares.per_tenant, _within(queue.c.turn_here, shares.per_tenant_here)
    )
    place = func.row_number().over(
        partition_by=_SERVERS.c.odoo_url,
        order_by=(
            case((may, 0), else_=1),
            queue.c.priority.desc(),
            queue.c.turn,
            queue.c.not_before,
            queue.c.id,
        ),
    )
    return (
        select(
            queue.c.id,
            queue.c.turn,
            queue.c.turn_here,
            (place + func.coalesce(held.c.own, 0)).label("server_turn"),
            (place + func.coalesce(held.c.by_all, 0)).label("odoo_turn"),
        )
        .join(_SERVERS, _SERVERS.c.id == queue.c.connection_id)
        .outerjoin(held, held.c.odoo_url == _SERVERS.c.odoo_url)
        .subquery("queue")
    )


def _taking(worker_id: str, lease_s: float) -> dict[str, Any]:
    """Begin what is queued, or go on with what has begun; a lease that ran out is a failure."""
    fresh = lanes.c.running_gen.is_(None)
    return {
        "fence": lanes.c.fence + 1,
        "running_gen": func.coalesce(lanes.c.running_gen, lanes.c.want),
        "run_id": case((fresh, lanes.c.queued_run_id), else_=lanes.c.run_id),
        "queued_run_id": case((fresh, None), else_=lanes.c.queued_run_id),
        "started_at": case((fresh, epoch_now()), else_=lanes.c.started_at),
        "progressed_at": case((fresh, None), else_=lanes.c.progressed_at),
        "attempts": case(
            (fresh, 0),
            (lanes.c.lease_until.is_(None), lanes.c.attempts),
            else_=lanes.c.attempts + 1,
        ),
        "failed_with": case(
            (fresh, None),
            (lanes.c.lease_until.is_(None), lanes.c.failed_with),
            else_=WORKER_LOST,
        ),
        "lease_until": epoch_now() + lease_s,
        "worker_id": worker_id,
    }


def _claim(row: Row[Any], lease_s: float) -> Claim:
    return Claim(
        lane_id=row.id,
        tenant_id=row.tenant_id,
        connection_id=row.connection_id,
        dataset=row.dataset,
        generation=row.running_gen,
        fence=row.fence,
        run_id=row.run_id,
        checkpoint=row.checkpoint,
        attempts=row.attempts,
        stalled_s=row.stalled_s,
        failed_with=row.failed_with,
        lease_s=lease_s,
    )
