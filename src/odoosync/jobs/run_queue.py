"""Runs in the queue: asking for one, moving one that is held, and asking one to end.

Every function works inside the transaction that it is handed, beside the rows that belong to it.
Breakers and schedules are locked before runs, and several runs in `lock_order`: else two may wait
for each other, and PostgreSQL breaks one of them off.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import (
    ColumnElement,
    Label,
    Row,
    and_,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
)
from sqlalchemy.dialects import postgresql, sqlite

from odoosync.db import Tx, UtcDateTime, epoch_now
from odoosync.jobs import idle
from odoosync.jobs.errors import LeaseLost
from odoosync.jobs.queue import Queue
from odoosync.jobs.tables import OPEN, QUEUED, RUNNING, runs

Document = dict[str, Any]
Kind = Literal["sync", "verify"]
WORKER_LOST: Final = "worker_lost"
"""What a run failed with whose lease ran out."""
_TRIES: Final = 100


def _none_is_running() -> ColumnElement[bool]:
    """Let a run begin after the one before it."""
    other = runs.alias("before")
    return not_(
        exists().where(
            other.c.connection_id == runs.c.connection_id,
            other.c.dataset == runs.c.dataset,
            other.c.kind == runs.c.kind,
            other.c.status == literal_column("'running'"),
        )
    )


RUNS: Final = Queue(
    runs,
    lock=7_305_411_862_002,
    is_open=OPEN,
    is_ripe=and_(runs.c.run_after <= epoch_now(), or_(RUNNING, _none_is_running())),
)


def stalled_s() -> Label[float]:
    """Return the seconds since a run that was taken came further."""
    since = func.coalesce(runs.c.progressed_at, epoch_now())
    return (epoch_now() - since).label("stalled_s")


@dataclass(frozen=True, slots=True)
class Enqueued:
    """The run that answers a request; `joined`: it was queued before."""

    run_id: str
    joined: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A worker's right to a run.

    `failures` counts those in a row since the last progress, the last of which ended with the code
    `failed_with`; `stalled_s` is the time since that progress, or since the run was first taken.
    """

    run_id: str
    tenant_id: int
    connection_id: int
    dataset: str
    kind: Kind
    fence: int
    checkpoint: Document | None
    failures: int
    stalled_s: float = 0.0
    failed_with: str | None = None
    lease_s: float = 15.0

    @property
    def id(self) -> str:
        return self.run_id


async def enqueue(
    tx: Tx,
    connection_id: int,
    dataset: str,
    kind: Kind,
    *,
    server: str,
    priority: int = 0,
    values: Mapping[str, Any],
) -> Enqueued:
    """Join the run that is queued, or ask for the next; one that is running is never joined.

    What is running froze its window before this caller's change. `values` are the history's.
    """
    mine = _of(tx, connection_id, dataset, kind)
    for _ in range(_TRIES):  # another caller's may begin between the two statements
        queued = mine.where(QUEUED).with_for_update(key_share=True)
        found = await tx.first(queued)
        if found is not None:
            if priority > found.priority:
                change = tx.update(runs).where(runs.c.id == found.id)
                await tx.execute(change.values(priority=priority))
            return Enqueued(found.id, joined=True)
        run_id = str(uuid.uuid4())
        row: dict[str, Any] = {
            "id": run_id,
            "tenant_id": tx.tenant_id,
            "server": server,
            "priority": priority,
        }
        row |= {"connection_id": connection_id, "dataset": dataset, "kind": kind}
        row |= {"status": "queued", "run_after": epoch_now(), "number": _next_number(tx, row)}
        insert = postgresql.insert if tx.dialect == "postgresql" else sqlite.insert
        asked = insert(runs).values(**row, **values).on_conflict_do_nothing()
        if await tx.scalar(asked.returning(runs.c.id)) is not None:
            return Enqueued(run_id, joined=False)
    raise RuntimeError(f"Runs of {dataset} come and go too fast to ask for one.")


def _next_number(tx: Tx, key: Mapping[str, Any]) -> Any:
    of_before = tx.select(runs, func.coalesce(func.max(runs.c.number), 0) + 1)
    for name in ("connection_id", "dataset", "kind"):
        of_before = of_before.where(runs.c[name] == key[name])
    return of_before.scalar_subquery()


async def begin(tx: Tx, claim: Claim, now: datetime, **values: Any) -> Row[Any]:
    """Let a run that was taken begin, or go on; returns its row. Raises LeaseLost.

    Until then others may join it: what they wish for stands in the row. A repair that is about to
    write lets none begin.
    """
    if claim.kind == "sync":
        await idle.lock(tx, claim.connection_id, claim.dataset)
    begun = {
        "status": "running",
        "started_at": func.coalesce(runs.c.started_at, literal(now, UtcDateTime())),
    }
    counts = {"attempts": runs.c.attempts + 1}
    return await RUNS.extend(tx, claim, claim.lease_s, **begun, **counts, **values)


async def advance(tx: Tx, claim: Claim, checkpoint: Document | None, **values: Any) -> Row[Any]:
    """Move the checkpoint, renew the lease and set `values`, beside the rows of a page.

    A checkpoint other than the one that was claimed is progress: failures count from there. Raises
    LeaseLost.
    """
    if checkpoint != claim.checkpoint:
        values |= {"failures": 0, "failed_with": None, "progressed_at": epoch_now()}
    return await RUNS.extend(tx, claim, claim.lease_s, checkpoint=checkpoint, **values)


async def renew(tx: Tx, claim: Claim) -> bool:
    """Renew the lease; returns whether a person asked to cancel. Raises LeaseLost."""
    return bool((await RUNS.extend(tx, claim, claim.lease_s)).cancel_requested)


async def finish(tx: Tx, claim: Claim, status: str, **values: Any) -> Row[Any]:
    """End a run that is held, and say how; returns its row. Raises LeaseLost.

    One that did not succeed keeps its checkpoint, unless told otherwise: the next may go on there.
    """
    if status == "succeeded":
        values["checkpoint"] = None
    ended = {"status": status, "worker_id": None, "cancel_requested": False}
    return await RUNS.release(tx, claim, **ended, **values)


async def snooze(tx: Tx, claim: Claim, delay_s: float, *, failed_with: str | None = None) -> None:
    """Let go of a run that goes on in `delay_s` seconds, from its checkpoint. Raises LeaseLost.

    It counts as a failure when it `failed_with` a code.
    """
    failed: dict[str, Any] = {}
    if failed_with is not None:
        failed = {"failures": runs.c.failures + 1, "failed_with": failed_with}
    await RUNS.release(tx, claim, run_after=epoch_now() + delay_s, worker_id=None, **failed)


async def look(tx: Tx, claim: Claim) -> Row[Any]:
    """Read a run that is held, with `stalled_s`. Raises LeaseLost when it is not the claim's."""
    found = tx.select(runs, *runs.c, stalled_s()).where(*RUNS.is_held(claim))
    row = await tx.first(found)
    if row is None:
        raise LeaseLost
    return row


async def is_over(tx: Tx, run_id: str) -> bool:
    """Tell whether a run has ended, by whomever; one that was deleted has not."""
    status = await tx.scalar(tx.select(runs, runs.c.status).where(runs.c.id == run_id))
    return status is not None and status not in {"queued", "running"}


async def run_now(tx: Tx, connection_id: int) -> None:
    """Have what waits for another try, of a connection, go on now."""
    waits = and_(runs.c.lease_until.is_(None), runs.c.run_after > epoch_now())
    waiting = await _locked(tx, connection_id, waits)
    if waiting:
        change = tx.update(runs).where(runs.c.id.in_([run.id for run in waiting]), waits)
        await tx.execute(change.values(run_after=epoch_now()))


async def request_cancel(tx: Tx, run_id: str) -> bool:
    """Ask a run that is running to end, or withdraw one that is queued.

    Returns whether it was withdrawn: then no worker will see it, and it is the caller's to end. One
    that is running is ended by its worker.
    """
    mine = tx.select(runs).where(runs.c.id == run_id, OPEN)
    run = await tx.first(mine.with_for_update(key_share=True))
    return run is not None and await _cancel(tx, run)


async def cancel_all(tx: Tx, connection_id: int) -> list[str]:
    """Ask all of a connection to end; returns those that were withdrawn, for the caller to end."""
    return [run.id for run in await _locked(tx, connection_id) if await _cancel(tx, run)]


async def _cancel(tx: Tx, run: Row[Any]) -> bool:
    change = tx.update(runs).where(runs.c.id == run.id)
    if run.status == "running":
        soon = {} if run.lease_until is not None else {"run_after": epoch_now()}
        await tx.execute(change.values(cancel_requested=True, **soon))
        return False
    withdrawn = {"fence": runs.c.fence + 1, "lease_until": None, "worker_id": None}
    await tx.execute(change.values(status="cancelled", **withdrawn))
    return True


def _of(tx: Tx, connection_id: int, dataset: str, kind: Kind) -> Any:
    return tx.select(runs).where(
        runs.c.connection_id == connection_id, runs.c.dataset == dataset, runs.c.kind == kind
    )


def lock_order(dialect: str) -> tuple[ColumnElement[Any], ...]:
    """Return the order in which several runs are locked: Python's of (connection, dataset)."""
    bytewise = runs.c.dataset.collate("C") if dialect == "postgresql" else runs.c.dataset
    return runs.c.connection_id, bytewise, runs.c.kind, runs.c.number


async def _locked(
    tx: Tx, connection_id: int, *conditions: ColumnElement[bool]
) -> Sequence[Row[Any]]:
    mine = tx.select(runs).where(runs.c.connection_id == connection_id, OPEN, *conditions)
    in_order = mine.order_by(*lock_order(tx.dialect))
    return await tx.all(in_order.with_for_update(key_share=True))
