"""A worker process whose jobs take a given time and do nothing: what is left is the queue.

Run as a program: `python -m benchmarks.idle_worker SECONDS`, with the service's variables.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from odoosync.clock import utc_now
from odoosync.crypto import KeyRing
from odoosync.db import Database
from odoosync.jobs import run_queue
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.task import Done, Lease, Outcome, Task
from odoosync.log import configure_logging
from odoosync.settings import Settings, load_settings
from odoosync.worker import run_worker


class IdleTask:
    """Waits as a sync does for its Odoo, but without saying so: its place is taken."""

    def __init__(self, database: Database, seconds: float) -> None:
        self._database = database
        self._seconds = seconds

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        del lease
        async with self._database.tenant(claim.tenant_id) as tx:
            await run_queue.begin(tx, claim, utc_now())
        await asyncio.sleep(self._seconds)
        return Done()

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        raise RuntimeError(f"run {claim.run_id}: {error_code}, {message}")


@asynccontextmanager
async def _make_task(
    _settings: Settings, database: Database, _keys: KeyRing
) -> AsyncIterator[Task]:
    yield IdleTask(database, float(sys.argv[1]))


if __name__ == "__main__":
    configure_logging("error", "console")
    run_worker(load_settings(), _make_task)
