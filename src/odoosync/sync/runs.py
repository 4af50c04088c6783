"""The history: one row a run, from the moment it is asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import Row, ScalarSelect, Select, func

from odoosync.accounts.tables import users
from odoosync.db import Tx
from odoosync.errors import InvalidInput, NotFound, OdoosyncError
from odoosync.spelling import did_you_mean
from odoosync.sync import run_end, run_log
from odoosync.sync.datasets import dataset_named
from odoosync.sync.freshness.view import age_before
from odoosync.sync.tables import runs, set_aside
from odoosync.sync.verify.lane import verified_by

Status = Literal["queued", "running", "succeeded", "failed", "cancelled"]
Mode = Literal["full", "incremental", "verify", "repair"]
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
    """Who asked for a run, and how. One that `checks` is asked of the lane that verifies."""

    trigger: str
    user_id: int | None
    full: bool = False
    confirm_deletions: bool = False
    checks: Literal["verify", "repair"] | None = None


async def enqueue(
    tx: Tx, run_id: str, lane: tuple[int, str, int], asked: Asked, now: datetime
) -> None:
    """Write the queued run of a lane's new generation: (connection, dataset, generation).

    The generation before it has begun, or there would be no new one. Its worker may not have
    written that down yet, and only one run of a lane is queued.
    """
    connection_id, dataset, generation = lane
    begun = tx.update(runs).where(
        runs.c.connection_id == connection_id,
        runs.c.dataset == dataset,
        runs.c.status == "queued",
        runs.c.generation < generation,
    )
    await tx.execute(begun.values(status="running", started_at=now))
    await tx.insert(
        runs,
        {
            "id": run_id,
            "connection_id": connection_id,
            "dataset": dataset,
            "generation": generation,
            "status": "queued",
            "mode": asked.checks or ("full" if asked.full else "incremental"),
            "trigger": asked.trigger,
            "requested_by": asked.user_id,
            "requested_name": _name_of(tx, asked.user_id),
            "confirm_deletions": asked.confirm_deletions,
            "created_at": now,
            "copy_age_s": await age_before(tx, connection_id, dataset, now),
        },
    )


def _name_of(tx: Tx, user_id: int | None) -> ScalarSelect[str] | None:
    """Say who it was for as long as the history stands, which may be longer than they do."""
    if user_id is None:
        return None
    return tx.select(users, users.c.username).where(users.c.id == user_id).scalar_subquery()


async def join(tx: Tx, run_id: str, asked: Asked) -> None:
    """Take part in a run that is queued already, making it as thorough as this call wants it."""
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


async def add(tx: Tx, run_id: str, counts: Mapping[str, int]) -> None:
    """Add to the run's counts, in the transaction of the rows that they count."""
    changes = {name: runs.c[name] + count for name, count in counts.items() if count}
    if changes:
        await update(tx, run_id, changes)
    await run_log.store_heard(tx, run_id)


async def finish(
    tx: Tx,
    run_id: str,
    status: Status,
    now: datetime,
    *,
    error_code: str | None = None,
    error: str | None = None,
) -> None:
    """End a run, and tell whom it concerns in the same transaction."""
    ended = {"status": status, "finished_at": now, "error_code": error_code, "error": error}
    await update(tx, run_id, ended | {"set_aside": await _set_aside(tx, run_id)})
    await run_log.store_heard(tx, run_id)
    run = await tx.first(tx.select(runs).where(runs.c.id == run_id))
    if run is not None:
        await run_end.tell(tx, run, now)


async def _set_aside(tx: Tx, run_id: str) -> int:
    """Count the rows of the dataset that something is set aside of as the run ends."""
    row = await tx.first(tx.select(runs).where(runs.c.id == run_id))
    if row is None:
        return 0
    rows = tx.select(set_aside, func.count(set_aside.c.odoo_id.distinct())).where(
        set_aside.c.connection_id == row.connection_id,
        set_aside.c.dataset == row.dataset,
    )
    return int(await tx.scalar(rows) or 0)


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

    def __post_init__(self) -> None:
        if self.dataset is not None:
            dataset_named(verified_by(self.dataset) or self.dataset)
        for name, known in (("status", STATUSES), ("mode", MODES), ("trigger", TRIGGERS)):
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
    for name in ("connection_id", "dataset", "status", "trigger", "mode"):
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


async def last_success(tx: Tx, connection_id: int, dataset: str) -> Row[Any] | None:
    """Return the run of a lane that succeeded last, by generations: others are not gone through."""
    query = tx.select(runs).where(
        runs.c.connection_id == connection_id,
        runs.c.dataset == dataset,
        runs.c.status == "succeeded",
    )
    return await tx.first(query.order_by(runs.c.generation.desc()).limit(1))
