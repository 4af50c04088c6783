"""Waiting for the end of runs: one look at the database a tenant, for all its callers who wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row

from odoosync.clock import Clock
from odoosync.db import Database, TooManyAtOnce
from odoosync.jobs.workers import live_workers
from odoosync.sync import runs, standing

_WORKER_SILENCE_S: Final = 10.0
"""For how long nobody may be there to work: a worker whose memory is full begins anew meanwhile."""
_HEARD_OF_S: Final = 3.0
_LIVING_SILENCE_S: Final = 60.0
"""Of a worker whose process is seen to live: a busy machine delays what it says."""
_SHORTEST_LOOK_S: Final = 0.04
_LONGEST_LOOK_S: Final = 0.5
_HELD_EVERY_S: Final = 1.0
_GONE_EVERY_S: Final = 1.0

IsGone = Callable[[], Awaitable[bool]]
Sleep = Callable[[float], Awaitable[object]]


def unseen() -> bool:
    """Say that no process of a worker is seen: what workers say themselves has to do."""
    return False


async def stays() -> bool:
    """Say of a caller that nobody watches that it is still there."""
    return False


@dataclass(eq=False, slots=True)
class _Caller:
    """One who waits; `end` is done when there is a reason to wait no longer."""

    run_ids: Sequence[str]
    since: float = field(default_factory=time.monotonic)
    end: asyncio.Future[None] = field(default_factory=asyncio.Future)

    def waited(self) -> float:
        return time.monotonic() - self.since


class RunWaits:
    """Callers of this process who wait for runs; `wait_s` bounds each wait in seconds.

    `sees_worker` tells whether the process of some worker lives on this machine.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        wait_s: float,
        sees_worker: Callable[[], bool] = unseen,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._database = database
        self._clock = clock
        self._wait_s = wait_s
        self._sees_worker = sees_worker
        self._sleep = sleep
        self._lookouts: dict[int, _Lookout] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def wait(self, tenant_id: int, run_ids: Sequence[str], is_gone: IsGone = stays) -> None:
        """Wait until all have ended, nobody works, the Odoo is left alone, or the wait is over.

        It ends, too, when `is_gone` says that nobody waits any more. Raises what a look raises.
        """
        caller = _Caller(run_ids)
        lookout = self._lookouts.get(tenant_id) or self._open(tenant_id)
        lookout.callers.add(caller)
        try:
            while not caller.end.done() and (left := self._wait_s - caller.waited()) > 0:
                if await is_gone():
                    return
                await asyncio.wait({caller.end}, timeout=min(left, _GONE_EVERY_S))
            if caller.end.done():
                caller.end.result()
        finally:
            lookout.callers.discard(caller)

    def _open(self, tenant_id: int) -> _Lookout:
        lookout = _Lookout(self._database, tenant_id, self._clock, self._sees_worker, self._sleep)
        self._lookouts[tenant_id] = lookout
        task = asyncio.create_task(lookout.watch(lambda: self._lookouts.pop(tenant_id)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return lookout


class _Lookout:
    """Looks for the callers of one tenant, for as long as there are any."""

    def __init__(
        self,
        database: Database,
        tenant_id: int,
        clock: Clock,
        sees_worker: Callable[[], bool],
        sleep: Sleep,
    ) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._clock = clock
        self._sees_worker = sees_worker
        self._sleep = sleep
        self._asks_again = 0.0
        self._worker_was_there = time.monotonic()
        self.callers: set[_Caller] = set()

    async def watch(self, leave: Callable[[], object]) -> None:
        """Look again and again; `leave` is called when nobody waits any more, or a look failed."""
        try:
            while self.callers:
                with suppress(TooManyAtOnce):  # the tenant's other requests go on meanwhile
                    await self._look()
                await self._rest()
        except Exception as error:  # noqa: BLE001 - those who wait raise it
            for one in self.callers:
                one.end.set_exception(error)
                one.end.exception()  # they may all have left
        finally:
            leave()

    async def _rest(self) -> None:
        """Rest the longer, the longer the last one to come has waited."""
        youngest = min((one.waited() for one in self.callers), default=0.0)
        await self._sleep(min(_LONGEST_LOOK_S, max(_SHORTEST_LOOK_S, youngest / 50)))

    async def _look(self) -> None:
        wanted = {run_id for one in self.callers for run_id in one.run_ids}
        async with self._database.tenant(self._tenant_id, write=False) as tx:
            found = await runs.get_many(tx, wanted)
        going = [run for run in found if run.status not in runs.ENDED]
        ids = {run.id for run in going}
        self._let_go(lambda one: ids.isdisjoint(one.run_ids))
        if going and time.monotonic() >= self._asks_again:
            self._asks_again = time.monotonic() + _HELD_EVERY_S
            await self._look_for_standstill(going)

    async def _look_for_standstill(self, going: Sequence[Row[Any]]) -> None:
        """Let those go whose Odoo is left alone, and all when there is no worker."""
        now = self._clock()
        async with self._database.tenant(self._tenant_id, write=False) as tx:
            places = {run.connection_id for run in going}
            held = {one for one in places if await standing.held(tx, one, now) is not None}
        ids = {run.id for run in going if run.connection_id in held}
        self._let_go(lambda one: not ids.isdisjoint(one.run_ids))
        silence = _LIVING_SILENCE_S if self._sees_worker() else _HEARD_OF_S
        if await live_workers(self._database, within_s=silence):
            self._worker_was_there = time.monotonic()
        if time.monotonic() - self._worker_was_there > _WORKER_SILENCE_S:
            self._let_go(lambda one: one.waited() > _WORKER_SILENCE_S)

    def _let_go(self, may_go: Callable[[_Caller], bool]) -> None:
        for one in {one for one in self.callers if may_go(one)}:
            one.end.set_result(None)
            self.callers.discard(one)
