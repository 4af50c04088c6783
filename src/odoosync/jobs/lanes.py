"""Asking for generations of a lane, and moving the one that is held, under its fence.

Every function works inside the transaction that it is handed, beside the rows that belong to it.
Whoever needs several lanes takes them in `lock_order`; breakers and schedules are locked before
lanes, runs after them. Else two may wait for each other, and PostgreSQL breaks one of them off.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Label, Row, Update, case, cast, func
from sqlalchemy.dialects import postgresql, sqlite

from odoosync.db import Tx, epoch_now
from odoosync.jobs.errors import LaneLost
from odoosync.jobs.tables import lanes

Document = dict[str, Any]
WORKER_LOST: Final = "worker_lost"
"""What an attempt failed with whose lease ran out."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """The generation that answers a request. `joined`: it was queued before, and has its run."""

    generation: int
    joined: bool
    run_id: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt's right to a lane, good while its fence is the lane's.

    `attempts` counts the earlier ones since the last progress, the last of which ended with the
    code `failed_with`; `stalled_s` is the time since that progress, or since the first start.
    """

    lane_id: int
    tenant_id: int
    connection_id: int
    dataset: str
    generation: int
    fence: int
    run_id: str
    checkpoint: Document | None
    attempts: int
    stalled_s: float = 0.0
    failed_with: str | None = None
    lease_s: float = 15.0


@dataclass(frozen=True, slots=True)
class LaneState:
    """`running` has begun, and is `held` by an attempt or put back; `queued` has not begun."""

    running: int | None
    held: bool
    queued: int | None
    done: int
    attempts: int
    cancel_requested: bool
    stalled_s: float


async def ask(tx: Tx, connection_id: int, dataset: str, *, priority: int = 0) -> Ticket:
    """Join the generation that is queued, or ask for the next; one that has begun is never joined.

    What has begun froze its window before this caller's change.
    """
    lane = await _locked(tx, connection_id, dataset)
    if lane is None:
        await _make(tx, connection_id, dataset)
        lane = await _locked(tx, connection_id, dataset)
        assert lane is not None  # noqa: S101 - made above, in this transaction or before it
    queued = _queued(lane)
    change = tx.update(lanes).where(lanes.c.id == lane.id)
    if queued is not None:
        if priority > lane.priority:
            await tx.execute(change.values(priority=priority))
        return Ticket(queued, joined=True, run_id=lane.queued_run_id)
    values: dict[str, Any] = {"priority": max(priority, lane.priority)}
    if lane.running_gen is None:  # nobody waits for what went before any more
        values = {"priority": priority, "not_before": epoch_now(), "cancel_requested": False}
    run_id, generation = str(uuid.uuid4()), lane.asked + 1
    await tx.execute(
        change.values(asked=generation, want=generation, queued_run_id=run_id, **values)
    )
    return Ticket(generation, joined=False, run_id=run_id)


async def advance(tx: Tx, claim: Claim, checkpoint: Document | None) -> None:
    """Move the checkpoint and renew the lease, beside the rows of a page. Raises LaneLost.

    A checkpoint other than the one the attempt began with is progress: failures count from there.
    """
    values: dict[str, Any] = {"checkpoint": checkpoint, "lease_until": _lease(claim)}
    if checkpoint != claim.checkpoint:
        values |= {"attempts": 0, "failed_with": None, "progressed_at": epoch_now()}
    await _move(tx, _held(tx, claim).values(**values))


async def renew(tx: Tx, claim: Claim) -> bool:
    """Renew the lease; returns whether a person asked to cancel. Raises LaneLost."""
    statement = _held(tx, claim).values(lease_until=_lease(claim))
    row = (await tx.execute(statement.returning(lanes.c.cancel_requested))).first()
    if row is None:
        raise LaneLost
    return bool(row.cancel_requested)


async def look(tx: Tx, claim: Claim) -> LaneState:
    """Read the lane without writing. Raises LaneLost when it is not the claim's any more."""
    lane = await tx.first(tx.select(lanes, *lanes.c, stalled_s()).where(*_is_held(claim)))
    if lane is None:
        raise LaneLost
    return _state(lane)


async def is_over(tx: Tx, claim: Claim) -> bool:
    """Tell whether the claim's generation has ended, by whomever."""
    done = await tx.scalar(tx.select(lanes, lanes.c.done).where(lanes.c.id == claim.lane_id))
    return done is not None and bool(done >= claim.generation)


async def finish(tx: Tx, claim: Claim) -> None:
    """End the generation, however it went. Raises LaneLost, also for a second call."""
    await _move(
        tx,
        _held(tx, claim).values(
            done=claim.generation,
            running_gen=None,
            run_id=None,
            started_at=None,
            progressed_at=None,
            checkpoint=None,
            attempts=0,
            failed_with=None,
            cancel_requested=False,
            not_before=epoch_now(),
            lease_until=None,
            worker_id=None,
        ),
    )


async def put_back(tx: Tx, claim: Claim, delay_s: float, *, failed_with: str | None = None) -> None:
    """Let go of a generation that has begun and goes on in `delay_s` seconds. Raises LaneLost.

    The attempt counts when it `failed_with` a code. The generation keeps its checkpoint, so later
    requests still ask for the next one. The fence moves at once.
    """
    failed: dict[str, Any] = {}
    if failed_with is not None:
        failed = {"attempts": lanes.c.attempts + 1, "failed_with": failed_with}
    await _move(
        tx,
        _held(tx, claim).values(
            **failed,
            fence=lanes.c.fence + 1,
            not_before=epoch_now() + delay_s,
            lease_until=None,
            worker_id=None,
        ),
    )


def taken_from_all() -> Update:
    """Return the statement, across tenants, that takes every lane from whoever holds it.

    For a database that was put back: who held a lane when it was saved, and holds it still, has
    come further than the copy, and would store what follows. Fences go beyond all that were given
    since; what had begun goes on from its checkpoint.
    """
    now_ms = cast(epoch_now() * 1000, BigInteger)
    return lanes.update().values(
        fence=case((lanes.c.fence < now_ms, now_ms), else_=lanes.c.fence + 1),
        lease_until=None,
        worker_id=None,
    )


async def wake(tx: Tx, connection_id: int) -> None:
    """Have what was put back of a connection go on now."""
    await _locked_all(tx, connection_id)
    await tx.execute(
        tx.update(lanes)
        .where(
            lanes.c.connection_id == connection_id,
            lanes.c.want > lanes.c.done,
            lanes.c.lease_until.is_(None),
            lanes.c.not_before > epoch_now(),
        )
        .values(not_before=epoch_now())
    )


async def request_cancel(tx: Tx, connection_id: int, dataset: str, generation: int) -> bool:
    """Ask a generation that has begun to end, or withdraw one that is queued.

    Returns whether it was withdrawn: then no worker will see it, and its history row is the
    caller's to end. One that has begun is ended by its worker.
    """
    lane = await _locked(tx, connection_id, dataset)
    return lane is not None and await _cancel(tx, lane, generation)


async def cancel_all(tx: Tx, connection_id: int) -> list[str]:
    """Ask all of a connection that has begun to end, and withdraw what is queued.

    Returns the runs that were withdrawn, for the caller to end.
    """
    withdrawn = []
    for lane in await _locked_all(tx, connection_id):
        if lane.running_gen is not None:
            await _cancel(tx, lane, lane.running_gen)
        queued = _queued(lane)
        if queued is not None and await _cancel(tx, lane, queued):
            withdrawn.append(lane.queued_run_id)
    return withdrawn


async def _cancel(tx: Tx, lane: Row[Any], generation: int) -> bool:
    change = tx.update(lanes).where(lanes.c.id == lane.id)
    if lane.running_gen == generation:
        soon = {} if lane.lease_until is not None else {"not_before": epoch_now()}
        await tx.execute(change.values(cancel_requested=True, **soon))
        return False
    if _queued(lane) == generation:
        before = lane.done if lane.running_gen is None else lane.running_gen
        await tx.execute(change.values(want=before, queued_run_id=None))
        return True
    return False


async def lane_state(tx: Tx, connection_id: int, dataset: str) -> LaneState | None:
    """Tell how a lane stands; None when nobody has asked for it yet."""
    mine = (lanes.c.connection_id == connection_id, lanes.c.dataset == dataset)
    lane = await tx.first(tx.select(lanes, *lanes.c, stalled_s()).where(*mine))
    return None if lane is None else _state(lane)


def _lane_of(tx: Tx, connection_id: int, dataset: str) -> Any:
    return tx.select(lanes).where(
        lanes.c.connection_id == connection_id, lanes.c.dataset == dataset
    )


async def _locked(tx: Tx, connection_id: int, dataset: str) -> Row[Any] | None:
    return await tx.first(_lane_of(tx, connection_id, dataset).with_for_update())


def stalled_s() -> Label[float]:
    """Return the seconds since what has begun last came further, or began."""
    since = func.coalesce(lanes.c.progressed_at, lanes.c.started_at)
    return (epoch_now() - since).label("stalled_s")


def lock_order(dialect: str) -> tuple[ColumnElement[Any], ...]:
    """Return the order in which several lanes are locked: Python's of (connection, dataset)."""
    bytewise = lanes.c.dataset.collate("C") if dialect == "postgresql" else lanes.c.dataset
    return lanes.c.connection_id, bytewise


async def _locked_all(tx: Tx, connection_id: int) -> Sequence[Row[Any]]:
    mine = tx.select(lanes).where(lanes.c.connection_id == connection_id)
    return await tx.all(mine.order_by(*lock_order(tx.dialect)).with_for_update())


async def _make(tx: Tx, connection_id: int, dataset: str) -> None:
    """Make the row; a second caller waits for the first one's commit, then leaves it as it is."""
    insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
    await tx.execute(
        insert(lanes)
        .values(
            tenant_id=tx.tenant_id,
            connection_id=connection_id,
            dataset=dataset,
            fence=cast(epoch_now() * 1000, BigInteger),
        )
        .on_conflict_do_nothing(index_elements=["connection_id", "dataset"])
    )


def _queued(lane: Row[Any]) -> int | None:
    begun = lane.done if lane.running_gen is None else lane.running_gen
    return lane.want if lane.want > begun else None


def _state(lane: Row[Any]) -> LaneState:
    return LaneState(
        running=lane.running_gen,
        held=lane.lease_until is not None,
        queued=_queued(lane),
        done=lane.done,
        attempts=lane.attempts,
        cancel_requested=bool(lane.cancel_requested),
        stalled_s=lane.stalled_s or 0.0,
    )


def _is_held(claim: Claim) -> tuple[Any, ...]:
    return (
        lanes.c.id == claim.lane_id,
        lanes.c.fence == claim.fence,
        lanes.c.running_gen == claim.generation,
    )


def _held(tx: Tx, claim: Claim) -> Update:
    return tx.update(lanes).where(*_is_held(claim))


def _lease(claim: Claim) -> Any:
    return epoch_now() + claim.lease_s


async def _move(tx: Tx, statement: Update) -> None:
    if (await tx.execute(statement)).rowcount != 1:
        raise LaneLost
