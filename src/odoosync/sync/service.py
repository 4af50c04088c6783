"""What the surfaces call: ask for a run, wait for its end, say how it went.

The run is committed before the wait, and no database connection is held while waiting. A
caller that leaves cancels nothing.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row

from odoosync.accounts import audit
from odoosync.accounts.audit import Actor
from odoosync.accounts.audit_kinds import Kind
from odoosync.clock import Clock
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.connections.errors import NoActiveConnection, NoCredentials
from odoosync.db import Database, Tx
from odoosync.jobs import run_queue
from odoosync.jobs.run_queue import Enqueued
from odoosync.odoo.errors import ApiKeyRejected, InvalidCredentials
from odoosync.sync import runs, standing
from odoosync.sync.choosing import chosen
from odoosync.sync.datasets import DATASETS, Dataset, dataset_named
from odoosync.sync.run_view import run_view
from odoosync.sync.runs import Asked
from odoosync.sync.standing import Outage
from odoosync.sync.verify.asking import (
    VerifyAnswer,
    VerifyRequest,
    ask_to_verify,
    verify_answer,
)
from odoosync.sync.waiting import IsGone, RunWaits, stays, unseen

_WAITED_FOR: Final = 10
"""Priority of what a person waits for; what a schedule asks for has 0."""
BY_ITSELF: Final = "schedule"
"""The trigger of what no person asked for just now: it does not bring the next try forward."""

First = Callable[[Tx, Connection], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class SyncAnswer:
    """The seed's answer to a sync; `run` as `run_view` renders it, None when there is none."""

    success: bool
    message: str
    errors: tuple[str, ...] = ()
    run: dict[str, Any] | None = None
    code: str | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "success": self.success,
            "message": self.message,
            "errors": list(self.errors),
            "code": self.code,
            "run": self.run,
        }


def refused(message: str, code: str) -> SyncAnswer:
    """Answer that there is no run, and why."""
    return SyncAnswer(success=False, message=message, errors=(message,), code=code)


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What a caller wants synced; `connection_id` None means the active connection.

    The audit tells of `by`; None when the service itself asks.
    """

    tenant_id: int
    user_id: int | None
    dataset: str
    connection_id: int | None = None
    full: bool = False
    confirm_deletions: bool = False
    trigger: str = "api"
    by: Actor | None = field(default=None, compare=False)


class SyncService:
    """Asks for runs and waits for them; `wait_s` bounds the wait in seconds.

    Whoever has a database for short looks alone names it as `looks`. For `sees_worker` see
    `RunWaits`.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        wait_s: float,
        looks: Database | None = None,
        sees_worker: Callable[[], bool] = unseen,
    ) -> None:
        self._database = database
        self._clock = clock
        self._wait_s = wait_s
        self._waits = RunWaits(
            looks or database, clock=clock, wait_s=wait_s, sees_worker=sees_worker
        )

    async def sync(
        self,
        request: SyncRequest,
        *,
        wait: bool = True,
        first: First | None = None,
        is_gone: IsGone = stays,
    ) -> SyncAnswer:
        """Ask for a run and answer when it has ended, or at once without `wait`; see `ask`.

        The wait ends early when `is_gone` says that the caller has left; the run goes on. That no
        connection is meant is an answer. Raises NoConnection for a `connection_id` that is not the
        tenant's, before all else, and UnknownDataset.
        """
        try:
            run_ids = await self.ask(request, first=first)
        except (NoActiveConnection, NoCredentials) as error:
            dataset_named(request.dataset)
            return refused(error.message, error.code)
        dataset = dataset_named(request.dataset)
        if not wait:
            found = await self._load(request.tenant_id, run_ids)
            return SyncAnswer(
                success=True,
                message=f"The sync of {dataset.plural} was asked for.",
                run=run_view(found[0]),
            )
        begun = time.monotonic()
        ended = await self._ended(request.tenant_id, run_ids, is_gone)
        held = await self.held(request.tenant_id, ended)
        return _answer(dataset, ended, time.monotonic() - begun, held)

    async def ask(self, request: SyncRequest, *, first: First | None = None) -> list[str]:
        """Commit the wish: runs of the dataset and its companions, new or joined. Returns ids.

        `first` is done before, in the same transaction.
        """
        asked = Asked(request.trigger, request.user_id, request.full, request.confirm_deletions)
        async with self._database.tenant(request.tenant_id) as tx:
            connection = await connections.syncable(tx, request.connection_id)
            await connections.check_not_suspended(tx)
            dataset = dataset_named(request.dataset)
            if request.trigger != BY_ITSELF:
                await standing.ask_by_hand(tx, connection, self._clock())
            if first is not None:
                await first(tx, connection)
            names = chosen(connection, dataset)
            now, wishes = self._clock(), dict[str, Enqueued]()
            for name in sorted(names):
                wishes[name] = await runs.enqueue(
                    tx, connection, name, asked, now, priority=_WAITED_FOR
                )
            await self._note_start(tx, request, connection, wishes[names[0]])
        return [wishes[name].run_id for name in names]

    async def _note_start(
        self, tx: Tx, request: SyncRequest, connection: Connection, wish: Enqueued
    ) -> None:
        if request.by is None:
            return
        how = {"full": request.full, "joined": wish.joined}
        acts: list[tuple[Kind, dict[str, Any]]] = [("sync.started", how)]
        if request.confirm_deletions:
            acts.append(("deletions.confirmed", {"whatever_they_are": True}))
        for kind, detail in acts:
            await audit.record(
                tx,
                kind,
                request.by,
                at=self._clock(),
                connection_id=connection.id,
                run_id=wish.run_id,
                odoo_login=connection.odoo_username,
                detail={"dataset": request.dataset} | detail,
            )

    async def verify(
        self, request: VerifyRequest, *, wait: bool = True, is_gone: IsGone = stays
    ) -> VerifyAnswer:
        """Ask for verifications and answer when they have ended, or at once without `wait`.

        Raises UnknownDataset and NoConnection.
        """
        run_ids = await ask_to_verify(self._database, request, self._clock())
        if wait:
            found = await self._ended(request.tenant_id, run_ids, is_gone)
        else:
            found = await self._load(request.tenant_id, run_ids)
        held = await self.held(request.tenant_id, found) if wait else None
        return verify_answer(found, self._wait_s, waited=wait, held=held)

    async def cancel(self, tenant_id: int, run_id: str, by: Actor | None = None) -> None:
        """Ask a run to stop within a page; a queued one ends at once. Raises NoRun."""
        async with self._database.tenant(tenant_id) as tx:
            run = await runs.get(tx, run_id)
            if run.status not in runs.ENDED:
                await self._stop(tx, run)
                if by is not None:
                    await audit.record(
                        tx,
                        "sync.cancelled",
                        by,
                        at=self._clock(),
                        connection_id=run.connection_id,
                        run_id=run_id,
                    )

    async def stop_all(self, tx: Tx, connection_id: int) -> None:
        """Ask every run of a connection to stop, in the caller's transaction."""
        for run_id in await run_queue.cancel_all(tx, connection_id):
            await runs.note_withdrawn(tx, run_id, self._clock())

    async def _stop(self, tx: Tx, run: Row[Any]) -> None:
        if await run_queue.request_cancel(tx, run.id):
            await runs.note_withdrawn(tx, run.id, self._clock())

    async def held(self, tenant_id: int, found: Sequence[Row[Any]]) -> Outage | None:
        """Say why runs that have not ended wait: their Odoo does not answer. None when it does."""
        waiting = next((run for run in found if run.status not in runs.ENDED), None)
        if waiting is None:
            return None
        async with self._database.tenant(tenant_id, write=False) as tx:
            return await standing.held(tx, waiting.connection_id, self._clock())

    async def _load(self, tenant_id: int, run_ids: Sequence[str]) -> list[Row[Any]]:
        async with self._database.tenant(tenant_id, write=False) as tx:
            return [await runs.get(tx, run_id) for run_id in run_ids]

    async def _ended(
        self, tenant_id: int, run_ids: Sequence[str], is_gone: IsGone
    ) -> list[Row[Any]]:
        await self._waits.wait(tenant_id, run_ids, is_gone)
        return await self._load(tenant_id, run_ids)


def _answer(
    dataset: Dataset, ended: Sequence[Row[Any]], waited_s: float, held: Outage | None
) -> SyncAnswer:
    """Say how it went, in the seed's words; a companion's failure counts."""
    shown = run_view(ended[0])
    unsuccessful = next((run for run in ended if run.status != "succeeded"), None)
    if unsuccessful is not None:
        message, reason, code = _failure(unsuccessful, waited_s, held)
        return SyncAnswer(success=False, message=message, errors=(reason,), run=shown, code=code)
    views = [run_view(run) for run in ended]
    message = with_held_back(synced(dataset, shown), views)
    return SyncAnswer(success=True, message=message, run={**shown, "note": _notes(ended)})


def _failure(run: Row[Any], waited_s: float, held: Outage | None) -> tuple[str, str, str | None]:
    """Return the message, the reason alone, and its code."""
    dataset, code = DATASETS[run.dataset], runs.failure_code(run)
    failed = f"Odoo {dataset.noun} sync failed"
    if run.status == "failed":
        reason = _seed_reason(run)
        return f"{failed}: {reason}", reason, code
    if run.status == "cancelled":
        message = f"The sync of {dataset.plural} was cancelled."
    elif held is not None:
        return f"{failed}: {held.message}", held.message, held.code
    else:
        message = _unfinished(run, waited_s)
    return message, message, code


def synced(dataset: Dataset, run: Mapping[str, Any]) -> str:
    """Say how many rows came, in the seed's words, and how many of the copy changed, if others."""
    fetched, changed = run["fetched"], run["changed"]
    noun = dataset.noun if fetched == 1 else dataset.plural
    sentence = f"Successfully synced {fetched} {noun} from Odoo"
    return sentence if changed == fetched else f"{sentence}: {changed} changed"


def with_held_back(message: str, shown: Iterable[Mapping[str, Any]]) -> str:
    """Add to a message what waits for a confirmation; where nothing does it stays as it is."""
    told = [_held_back(run["dataset"], run["held_back"]) for run in shown if run["held_back"]]
    return ". ".join([message, *told]) + ("." if told else "")


def _held_back(dataset: str, count: int) -> str:
    declared = DATASETS[dataset]
    seem = f"{declared.noun} seems" if count == 1 else f"{declared.plural} seem"
    return (
        f"{count:,} {seem} gone from Odoo, and none is marked as deleted until that is confirmed "
        "(confirm_deletions)"
    )


def _notes(ended: Sequence[Row[Any]]) -> str | None:
    """Join what the runs remark: a companion's run is not shown, its remark is."""
    first, *others = ended
    told = [f"{DATASETS[run.dataset].plural}: {run.note}" for run in others if run.note]
    return " ".join([first.note, *told] if first.note else told) or None


def _seed_reason(run: Row[Any]) -> str:
    """Use the seed's own sentence for every kind of refused credentials."""
    if run.error_code in {InvalidCredentials.code, ApiKeyRejected.code}:
        return InvalidCredentials.sentence
    return run.error or "unknown reason"


def _unfinished(run: Row[Any], waited_s: float) -> str:
    where = f"Its progress is at /api/v1/runs/{run.id}."
    if run.status == "queued":
        return f"The sync has not started: no worker took it. It goes on when one does. {where}"
    return f"The sync is still going on after {waited_s:.0f} seconds and continues. {where}"
