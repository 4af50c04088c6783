"""Answering what syncs ask: yes, mark those rows; yes, that database was restored.

An answer is written together with the wish for the runs that act on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from odoosync.accounts import audit
from odoosync.accounts.audit import Actor
from odoosync.accounts.audit_kinds import Kind as Act
from odoosync.clock import Clock
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.db import Database, Tx
from odoosync.sync import cursors, questions, runs
from odoosync.sync.datasets import dataset_named
from odoosync.sync.questions import Kind, NothingAsked, Place
from odoosync.sync.run_view import run_view
from odoosync.sync.service import First, SyncAnswer, SyncRequest, SyncService, with_held_back
from odoosync.sync.waiting import IsGone, stays

_ACTS: Final[dict[Kind, Act]] = {
    "deletions": "deletions.confirmed",
    "restored": "restored.confirmed",
}


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers, for which connection; None means the active one.

    `user_id` is whose run it becomes; the audit tells of the `actor`.
    """

    tenant_id: int
    user_id: int | None
    actor: Actor
    connection_id: int | None = None
    trigger: str = "api"

    def request(self, dataset: str, *, full: bool = False) -> SyncRequest:
        return SyncRequest(
            self.tenant_id,
            self.user_id,
            dataset,
            self.connection_id,
            full=full,
            trigger=self.trigger,
            by=self.actor,
        )


@dataclass(frozen=True, slots=True)
class TakingBack:
    """The runs that take a copy back to a restored database, as `run_view` renders them."""

    success: bool
    message: str
    errors: tuple[str, ...]
    runs: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "success": self.success,
            "message": self.message,
            "errors": list(self.errors),
            "runs": list(self.runs),
        }


async def open_questions(
    database: Database, tenant_id: int, connection_id: int | None, kind: Kind
) -> list[dict[str, Any]]:
    """List what a connection's syncs ask. Raises NoConnection."""
    async with database.tenant(tenant_id, write=False) as tx:
        connection = await connections.chosen(tx, connection_id)
        return await questions.listed(tx, connection.id, kind)


def yes_to_deletions(who: Answering, dataset: str, fingerprint: str | None, clock: Clock) -> First:
    """Return what confirms a dataset's deletions, in the transaction that asks for its run."""

    async def answer(tx: Tx, connection: Connection) -> None:
        place = Place(connection.id, dataset_named(dataset).name, "deletions")
        await _confirm(tx, who, [place], clock(), fingerprint=fingerprint)

    return answer


async def confirm_deletions(
    service: SyncService,
    who: Answering,
    dataset: str,
    clock: Clock,
    *,
    fingerprint: str | None = None,
    wait: bool = True,
    is_gone: IsGone = stays,
) -> SyncAnswer:
    """Confirm what is held back, and sync. Raises NoConnection, NothingAsked, AskedAnew.

    What is gone beyond that by then is not confirmed: the guard judges it anew.
    """
    first = yes_to_deletions(who, dataset, fingerprint, clock)
    answer = await service.sync(who.request(dataset), wait=wait, first=first, is_gone=is_gone)
    if not wait or not answer.success or answer.run is None:
        return answer
    deleted, hidden = answer.run["deleted"], answer.run["hidden"]
    plural = dataset_named(dataset).plural
    message = f"Confirmed: {deleted:,} {plural} marked as deleted, {hidden:,} as hidden"
    return replace(answer, message=with_held_back(message, [answer.run]))


async def ask_to_take_back(
    service: SyncService, database: Database, who: Answering, clock: Clock
) -> list[str]:
    """Confirm that the database was restored, and ask for full syncs of all that was synced.

    Returns the ids of the runs. Raises NoConnection, NothingAsked.
    """
    async with database.tenant(who.tenant_id, write=False) as tx:
        chosen = await connections.chosen(tx, who.connection_id)
        synced = await cursors.synced(tx, chosen.id)

    async def answer(tx: Tx, connection: Connection) -> None:
        asked = await questions.listed(tx, connection.id, "restored")
        places = [Place(connection.id, one["dataset"], "restored") for one in asked]
        await _confirm(tx, who, places, clock())

    who, run_ids = replace(who, connection_id=chosen.id), list[str]()
    for name in synced:
        first = None if run_ids else answer
        run_ids += await service.ask(who.request(name, full=True), first=first)
    if not run_ids:
        raise NothingAsked
    return list(dict.fromkeys(run_ids))


async def confirm_restored(
    service: SyncService, database: Database, who: Answering, clock: Clock
) -> TakingBack:
    """Confirm, and answer at once: full syncs of everything take their time."""
    run_ids = await ask_to_take_back(service, database, who, clock)
    async with database.tenant(who.tenant_id, write=False) as tx:
        found = [run_view(await runs.get(tx, run_id)) for run_id in run_ids]
    message = "Confirmed: full syncs of what was synced before were asked for"
    return TakingBack(success=True, message=message, errors=(), runs=tuple(found))


async def _confirm(
    tx: Tx,
    who: Answering,
    places: Sequence[Place],
    now: datetime,
    *,
    fingerprint: str | None = None,
) -> None:
    """Write down who said yes to what, in the audit, too: every confirmation goes through here."""
    if not places:
        raise NothingAsked
    for place in places:
        asked = await questions.confirm(
            tx, place, fingerprint=fingerprint, user_id=who.actor.user_id, now=now
        )
        await audit.record(
            tx,
            _ACTS[place.kind],
            who.actor,
            at=now,
            connection_id=place.connection_id,
            detail={"dataset": place.dataset, **asked},
        )
