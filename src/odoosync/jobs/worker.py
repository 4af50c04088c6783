"""A worker: takes due runs while it has free slots, and leaves nothing behind when it goes."""

from __future__ import annotations

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from odoosync.db import Database
from odoosync.db.home import this_machine
from odoosync.jobs import presence, workers
from odoosync.jobs.claiming import Claimer, Limits, release_worker
from odoosync.jobs.retry import RetryPolicy
from odoosync.jobs.rounds import Round, going
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.runner import Timing, WorkerContext, attempt
from odoosync.jobs.task import Lease, Task
from odoosync.log import get_logger
from odoosync.memory import MEBIBYTE, held_bytes

log = get_logger(__name__)
_PATIENCE_S: Final = 2.0
"""For what a body may take to end once it is cut off, beyond the grace of the bodies."""
_AFTER_FAILURE_S: Final = 1.0
LENT_AFTER_S: Final = 0.5
LENT: Final = 5
FULL_GRACE_S: Final = 60.0
"""For what runs when the memory is full; what has not ended by then is put back."""


def new_worker_id() -> str:
    """Return a name that no other process has or will have; the machine's is for people."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{uuid.uuid4().hex[:12]}"


class Worker:
    """Runs up to `concurrency` attempts at once, within the `limits` that all workers share.

    One place at least is never the same server's as all others, nor the same tenant's: however much
    one has queued, another one's first finds a place.

    An attempt that waits for long lends its place: a server that hangs holds up nobody else. So
    there may be `LENT` times as many for a while.

    From `memory_limit` bytes on it takes nothing more, and `run` returns when what runs has ended:
    `is_full` tells whoever started it that another one is wanted.

    With `presence_folder`, workers that share it notice at once when one of them is gone. `rounds`
    are made beside the work.
    """

    def __init__(
        self,
        database: Database,
        task: Task,
        *,
        worker_id: str,
        concurrency: int = 4,
        limits: Limits | None = None,
        presence_folder: Path | None = None,
        rounds: Sequence[Round] = (),
        timing: Timing | None = None,
        policy: RetryPolicy | None = None,
        memory_limit: int | None = None,
    ) -> None:
        self._memory_limit = memory_limit
        self.is_full = False
        timing = timing or Timing()
        self._context = WorkerContext(database, task, timing, policy or RetryPolicy())
        self._id = worker_id
        self._concurrency = concurrency
        within = replace(limits or Limits(), here=max(1, concurrency - 1))
        self._claimer = Claimer(database, worker_id, within, timing.lease)
        self._folder = presence_folder
        self._rounds = rounds
        self._running: dict[asyncio.Task[None], tuple[Claim, Lease]] = {}
        self._wakes = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, or memory is full.

        Bodies finish their page then, and their runs are put back.
        """
        timing = self._context.timing
        with ExitStack() as stack:
            if self._folder is not None:
                stack.enter_context(presence.present(self._folder, self._id))
            try:
                async with going([Round(timing.beat, self._beat), *self._rounds]):
                    log.info("worker_ready", worker=self._id, concurrency=self._concurrency)
                    await self._work(stop)
                    if self.is_full:
                        await self._let_end(stop)
                    await self._wind_up()
            finally:
                await self._leave()
        log.info("worker_gone", worker=self._id)

    async def _work(self, stop: asyncio.Event) -> None:
        """Look for work all the time, and a breath after a place is free: more may be by then."""
        timing = self._context.timing
        while not stop.is_set() and not self._fills_up():
            self._wakes.clear()
            pause = timing.poll
            try:
                await self._take()
            except (SQLAlchemyError, OSError) as error:
                log.warning("nothing_taken", error=type(error).__name__)
                pause = _AFTER_FAILURE_S
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wakes.wait(), pause)
                await asyncio.sleep(timing.breath)

    def _fills_up(self) -> bool:
        held = held_bytes() if self._memory_limit is not None else 0
        if self._memory_limit is not None and held > self._memory_limit:
            self.is_full = True
            log.warning("worker_is_full", worker=self._id, megabytes=held // MEBIBYTE)
        return self.is_full

    async def _let_end(self, stop: asyncio.Event) -> None:
        """Wait for what runs, for a while, and no longer than until it is to stop anyway.

        What only waits for its Odoo is not waited for: others could not sync meanwhile.
        """
        end = time.monotonic() + FULL_GRACE_S
        while len(self._lent()) < len(self._running) and time.monotonic() < end:
            if stop.is_set():
                return
            self._wakes.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wakes.wait(), min(LENT_AFTER_S, FULL_GRACE_S))

    async def _take(self) -> None:
        """Claim no more than starts at once."""
        lent = self._lent()
        places = min(self._concurrency + len(lent), self._concurrency * LENT)
        free = places - len(self._running)
        if free <= 0:
            return
        for claim in await self._claimer.claim(free, lent):
            lease = Lease()
            running = asyncio.create_task(attempt(self._context, claim, lease))
            self._running[running] = (claim, lease)
            running.add_done_callback(self._free)

    def _free(self, ended: asyncio.Task[None]) -> None:
        del self._running[ended]
        self._wakes.set()

    def _lent(self) -> list[str]:
        """Name the runs whose attempts have waited so long that others take their places."""
        now = time.monotonic()
        return [
            claim.run_id
            for claim, lease in self._running.values()
            if lease.has_waited(now) >= LENT_AFTER_S
        ]

    async def _wind_up(self) -> None:
        """Tell all bodies, and wait for them; one that does not listen is cut off."""
        for _, lease in self._running.values():
            lease.stopping.set()
        if self._running:
            await asyncio.wait(
                set(self._running), timeout=self._context.timing.stop_grace + _PATIENCE_S
            )

    async def _leave(self) -> None:
        try:
            await workers.leave(self._context.database, self._id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("not_signed_off", error=type(error).__name__)
        finally:
            await self._claimer.close()

    async def _beat(self) -> None:
        await workers.beat(self._context.database, self._id, this_machine())
        if self._folder is None:
            return
        for gone in presence.departed(self._folder):
            released = await release_worker(self._context.database, gone)
            await workers.leave(self._context.database, gone)
            presence.forget(self._folder, gone)
            log.warning("worker_was_lost", worker=gone, runs=released)
