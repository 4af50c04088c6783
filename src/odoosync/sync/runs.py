"""The history: one row a run, from the moment it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import Row, ScalarSelect, Select, func, or_

from odoosync.accounts.tables import users
from odoosync.connections.connection import Connection
from odoosync.db import Tx
from odoosync.errors import InvalidInput, NotFound, OdoosyncError
from odoosync.jobs import run_queue
from odoosync.jobs.run_queue import Claim, Document, Enqueued, Kind
from odoosync.jobs.tables import runs
from odoosync.spelling import did_you_mean
from odoosync.sync import run_end, run_log
from odoosync.sync.datasets import dataset_named
from odoosync.sync.freshness.view import age_before
from odoosync.sync.tables import set_aside

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Mode = Literal["full", "incremental", "verify", "repair"]
KINDS: Final[tuple[str, ...]] = get_args(Kind)
STATUSES: Final[tuple[str, ...]] = get_args(Status)
MODES: Final[tuple[str, ...]] = get_args(Mode)
TRIGGERS: Final = ("api", "command", "schedule")
ENDED: Final = frozenset({"succeeded", "failed", "cancelled"})
COUNTS: Final = (
    "fetched",
    "created",
    "updated",
    "unchanged",
    "deleted",
    "hidden",
    "held_back",
    "set_aside",
    "pages",
    "calls",
    "bytes_received",
)


class BadRunFilter(InvalidInput):
    code = "bad_filter"


class NoRun(NotFound):
    code = "no_run"

    def __init__(self) -> None:
        super().__init__("There is no run with this id.")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a run, and how. One that `checks` is a verification."""

    trigger: str
    user_id: int | None
    full: bool = False
    confirm_deletions: bool = False
    checks: Literal["verify", "repair"] | None = None


async def enqueue(
    tx: Tx, connection: Connection, dataset: str, asked: Asked, now: datetime, *, priority: int = 0
) -> Enqueued:
    """Ask for a run of a dataset, or join the one that is queued, as thorough as this call wants.

    It is committed with whatever else stands in this transaction, or not at all.
    """
    history = {
        "mode": asked.checks or ("full" if asked.full else "incremental"),
        "trigger": asked.trigger,
        "requested_by": asked.user_id,
        "requested_name": _name_of(tx, asked.user_id),
        "confirm_deletions": asked.confirm_deletions,
        "created_at": now,
        "copy_age_s": await age_before(tx, connection.id, dataset, now),
    }
    wish = await run_queue.enqueue(
        tx,
        connection.id,
        dataset,
        "verify" if asked.checks else "sync",
        server=connection.odoo_url,
        priority=priority,
        values=history,
    )
    if wish.joined:
        await _join(tx, wish.run_id, asked)
    return wish


def _name_of(tx: Tx, user_id: int | None) -> ScalarSelect[str] | None:
    """Say who it was for as long as the history stands, which may be longer than they do."""
    if user_id is None:
        return None
    return tx.select(users, users.c.username).where(users.c.id == user_id).scalar_subquery()


async def _join(tx: Tx, run_id: str, asked: Asked) -> None:
    wishes: dict[str, Any] = {}
    if asked.full:
        wishes["mode"] = "full"
    if asked.checks == "repair":
        wishes["mode"] = "repair"
    if asked.confirm_deletions:
        wishes["confirm_deletions"] = True
    if wishes:
        await update(tx, run_id, wishes)


async def get(tx: Tx, run_id: str) -> Row[Any]:
    """Return a run's row. Raises NoRun."""
    row = await tx.first(tx.select(runs).where(runs.c.id == run_id))
    if row is None:
        raise NoRun
    return row


async def get_many(tx: Tx, run_ids: Collection[str]) -> list[Row[Any]]:
    """Return the rows of those runs that there are."""
    return list(await tx.all(tx.select(runs).where(runs.c.id.in_(run_ids))))


def failure_code(run: Row[Any]) -> str | None:
    """Say for machines why a run is no success; None for one that is."""
    if run.status == "failed":
        return run.error_code or OdoosyncError.code
    return {
        "cancelled": "run_cancelled",
        "queued": "run_not_started",
        "running": "run_still_running",
    }.get(run.status)


async def update(tx: Tx, run_id: str, values: Mapping[str, Any]) -> None:
    await tx.execute(tx.update(runs).where(runs.c.id == run_id).values(**values))


async def add_note(tx: Tx, run_id: str, said: str | None) -> None:
    """Add a sentence to what a run remarks, unless it is said already."""
    note = (await get(tx, run_id)).note
    if said and said not in (note or ""):
        await update(tx, run_id, {"note": f"{note} {said}" if note else said})


async def update_open(tx: Tx, run_id: str, values: Mapping[str, Any]) -> None:
    """Set columns of a run that has not ended: for who does not know whether it has."""
    change = tx.update(runs).where(runs.c.id == run_id, runs.c.status.not_in(sorted(ENDED)))
    await tx.execute(change.values(**values))


async def commit(
    tx: Tx, claim: Claim, checkpoint: Document | None, counts: Mapping[str, int], **values: Any
) -> Row[Any]:
    """Move the checkpoint, and add to the counts of what else this transaction writes.

    One change of one row, under the run's fence. Raises LeaseLost.
    """
    added = {name: runs.c[name] + count for name, count in counts.items() if count}
    run = await run_queue.advance(tx, claim, checkpoint, **added, **values)
    await run_log.store_heard(tx, claim.run_id)
    return run


async def finish(
    tx: Tx,
    claim: Claim,
    status: Status,
    now: datetime,
    *,
    error_code: str | None = None,
    error: str | None = None,
    **values: Any,
) -> None:
    """End a run that is held, and tell whom it concerns in the same transaction.

    Raises LeaseLost.
    """
    ended = {"finished_at": now, "error_code": error_code, "error": error}
    faults = _set_aside(tx, claim.connection_id, claim.dataset)
    run = await run_queue.finish(tx, claim, status, set_aside=faults, **ended, **values)
    await run_log.store_heard(tx, claim.run_id)
    await run_end.tell(tx, run, now)


async def note_withdrawn(tx: Tx, run_id: str, now: datetime) -> None:
    """Write down that a run was cancelled before it began, and tell whom it concerns."""
    run = await get(tx, run_id)
    faults = _set_aside(tx, run.connection_id, run.dataset)
    await update(tx, run_id, {"finished_at": now, "set_aside": faults})
    await run_end.tell(tx, await get(tx, run_id), now)


def _set_aside(tx: Tx, connection_id: int, dataset: str) -> ScalarSelect[int]:
    """Count the rows of the dataset that something is set aside of as the run ends."""
    return (
        tx.select(set_aside, func.count(set_aside.c.odoo_id.distinct()))
        .where(set_aside.c.connection_id == connection_id, set_aside.c.dataset == dataset)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs; `since` and `until` are about when they were asked for, `until` not included.

    Raises UnknownDataset and BadRunFilter for names that nobody has.
    """

    connection_id: int | None = None
    dataset: str | None = None
    status: str | None = None
    trigger: str | None = None
    mode: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    kind: str | None = None

    def __post_init__(self) -> None:
        if self.dataset is not None:
            dataset_named(self.dataset)
        for name, known in (
            ("kind", KINDS),
            ("status", STATUSES),
            ("mode", MODES),
            ("trigger", TRIGGERS),
        ):
            value = getattr(self, name)
            if value is not None and value not in known:
                one_of = f"`{name}` is one of {', '.join(known)}."
                raise BadRunFilter(f"{one_of}{did_you_mean(value, known)}")


async def newest(
    tx: Tx, wanted: RunFilter, *, limit: int, before: tuple[datetime, str] | None = None
) -> list[Row[Any]]:
    """List runs, newest first; `before` is the (created_at, id) of the last one seen."""
    return list(await tx.all(newest_statement(tx, wanted, limit=limit, before=before)))


def newest_statement(
    tx: Tx, wanted: RunFilter, *, limit: int, before: tuple[datetime, str] | None = None
) -> Select[Any]:
    query = tx.select(runs).order_by(runs.c.created_at.desc(), runs.c.id.desc()).limit(limit)
    for name in ("connection_id", "dataset", "kind", "status", "trigger", "mode"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(runs.c[name] == value)
    if wanted.since is not None:
        query = query.where(runs.c.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(runs.c.created_at < wanted.until)
    if before is not None:
        moment, run_id = before
        query = query.where(
            (runs.c.created_at < moment) | ((runs.c.created_at == moment) & (runs.c.id < run_id))
        )
    return query


async def last_checkpoint(tx: Tx, connection_id: int, dataset: str) -> Document | None:
    """Return how far the last sync came that left anything undone; None after a success."""
    ended = tx.select(runs, runs.c.checkpoint).where(
        runs.c.connection_id == connection_id,
        runs.c.dataset == dataset,
        runs.c.kind == "sync",
        runs.c.status.in_(sorted(ENDED)),
        or_(runs.c.checkpoint.is_not(None), runs.c.status == "succeeded"),
    )
    kept: Document | None = await tx.scalar(ended.order_by(runs.c.number.desc()).limit(1))
    return kept


async def last_success(tx: Tx, connection_id: int, dataset: str, kind: Kind) -> Row[Any] | None:
    """Return the run that succeeded last, by numbers: others are not gone through."""
    query = tx.select(runs).where(
        runs.c.connection_id == connection_id,
        runs.c.dataset == dataset,
        runs.c.kind == kind,
        runs.c.status == "succeeded",
    )
    return await tx.first(query.order_by(runs.c.number.desc()).limit(1))
