"""What the surfaces call: show, set, pause, resume and remove the schedules of a connection.

Naming a dataset means its companions, too, as with a sync: products bring their variants, unless
these are given a schedule of their own afterwards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from odoosync.accounts import audit
from odoosync.accounts.audit import Actor
from odoosync.clock import Clock, iso
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.db import Database, Tx
from odoosync.sync.choosing import chosen
from odoosync.sync.datasets import dataset_named
from odoosync.sync.schedules import store
from odoosync.sync.schedules.rhythm import Rhythm, rhythm_of
from odoosync.sync.schedules.store import Schedule

USUAL: Final = ("contacts", "products")
_Change = Callable[[Tx, int, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Planner:
    """On whose behalf, and of which connection; `connection_id` None means the active one.

    `user_id` is whose runs they become; the audit tells of `by`.
    """

    database: Database
    clock: Clock
    tenant_id: int
    user_id: int | None
    by: Actor
    connection_id: int | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """A schedule as a person asks for it: `every` in seconds, or `cron` in a `timezone`."""

    every: int | None = None
    cron: str | None = None
    timezone: str | None = None
    paused: bool = False

    def rhythm(self) -> Rhythm:
        """Raise BadSchedule unless it is one."""
        return rhythm_of(self.every, self.cron, self.timezone)


async def show(who: Planner) -> list[dict[str, Any]]:
    """List the schedules of a connection. Raises NoConnection."""
    async with who.database.tenant(who.tenant_id, write=False) as tx:
        connection = await connections.chosen(tx, who.connection_id)
        found = await store.every(tx, connection.id)
        return [schedule_view(one, rests=connection.paused_at is not None) for one in found]


async def show_one(who: Planner, dataset: str) -> dict[str, Any]:
    """Return one of them. Raises NoConnection, UnknownDataset, NoSchedule."""
    dataset_named(dataset)
    async with who.database.tenant(who.tenant_id, write=False) as tx:
        connection = await connections.chosen(tx, who.connection_id)
        found = await store.get(tx, connection.id, dataset)
        return schedule_view(found, rests=connection.paused_at is not None)


async def set_schedules(who: Planner, datasets: Sequence[str], wish: Wish) -> list[dict[str, Any]]:
    """Give datasets and their companions a schedule; what they had before is replaced.

    Raises NoConnection before all else; UnknownDataset, NotChosen, BadSchedule.
    """
    now = who.clock()

    async def put(tx: Tx, connection_id: int, dataset: str) -> None:
        place, rhythm = (connection_id, dataset), wish.rhythm()
        await store.put(tx, place, rhythm, paused=wish.paused, user_id=who.user_id, now=now)

    return await _change(who, datasets, put, needs_choice=True)


async def pause(who: Planner, datasets: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Pause schedules, all of them when none is named. Raises NoSchedule."""
    now = who.clock()

    async def pause_one(tx: Tx, connection_id: int, dataset: str) -> None:
        await store.pause(tx, connection_id, dataset, now)

    return await _change(who, datasets, pause_one)


async def resume(who: Planner, datasets: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """Let schedules tick again from their next moment on. Raises NoSchedule."""
    now = who.clock()

    async def resume_one(tx: Tx, connection_id: int, dataset: str) -> None:
        await store.resume(tx, connection_id, dataset, now)

    return await _change(who, datasets, resume_one)


async def remove(who: Planner, datasets: Sequence[str] | None = None) -> None:
    """Remove schedules, all of them when none is named. Raises NoSchedule."""
    await _change(who, datasets, store.remove)


async def _change(
    who: Planner,
    datasets: Sequence[str] | None,
    change: _Change,
    *,
    needs_choice: bool = False,
) -> list[dict[str, Any]]:
    """Do it to each dataset and tell the audit, all at once; returns the schedules of them then.

    Companions are meant where they have a schedule, or, to be given one, where they are synced.
    """
    async with who.database.tenant(who.tenant_id) as tx:
        connection = await connections.chosen(tx, who.connection_id)
        there = {one.dataset: one for one in await store.every(tx, connection.id)}
        names = sorted(there) if datasets is None else []
        for dataset in map(dataset_named, datasets or ()):
            if needs_choice:
                names += chosen(connection, dataset)
            else:
                names += [dataset.name, *(name for name in dataset.companions if name in there)]
        for name in dict.fromkeys(names):
            await change(tx, connection.id, name)
        left = {one.dataset: one for one in await store.every(tx, connection.id)}
        for name in dict.fromkeys(names):
            await _note(tx, who, connection, name, (there.get(name), left.get(name)))
        rests = connection.paused_at is not None
        return [schedule_view(one, rests=rests) for one in left.values() if one.dataset in names]


async def _note(
    tx: Tx,
    who: Planner,
    connection: Connection,
    dataset: str,
    change: tuple[Schedule | None, Schedule | None],
) -> None:
    """Add an entry to the audit trail, unless nothing was changed."""
    before, after = change
    if before == after:
        return
    await audit.record(
        tx,
        "schedule.changed",
        who.by,
        at=who.clock(),
        connection_id=connection.id,
        odoo_login=connection.odoo_username,
        detail={"dataset": dataset, "from": _kept_of(before), "to": _kept_of(after)},
    )


def _kept_of(one: Schedule | None) -> dict[str, Any] | None:
    """Render what the audit keeps of a schedule: what a person chose of it."""
    if one is None:
        return None
    chosen_rhythm = {
        "every": one.rhythm.every_s,
        "cron": one.rhythm.cron,
        "timezone": one.rhythm.timezone,
    }
    kept = {name: value for name, value in chosen_rhythm.items() if value is not None}
    return {**kept, "paused": one.paused_at is not None}


def schedule_view(one: Schedule, *, rests: bool) -> dict[str, Any]:
    """Render a schedule; `rests` when its connection is paused."""
    return {
        "connection_id": one.connection_id,
        "dataset": one.dataset,
        "every": one.rhythm.every_s,
        "cron": one.rhythm.cron,
        "timezone": one.rhythm.timezone,
        "paused_at": iso(one.paused_at),
        "next_run_at": None if rests else iso(_comes(one)),
        "last_run_at": iso(one.last_due),
        "last_run_id": one.last_run_id,
        "failures": one.failures,
    }


def _comes(one: Schedule) -> datetime | None:
    if one.paused_at is not None:
        return None
    return max(one.next_due, one.held_until or one.next_due)
