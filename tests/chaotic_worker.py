"""A real worker process whose task commits pages to a table of its own, and sometimes raises.

Run as a program: `python chaotic_worker.py SEED`, with the service's environment variables.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine

from odoosync.backoff import Backoff
from odoosync.clock import utc_now
from odoosync.crypto import KeyRing
from odoosync.db import APP_ROLE, SYSTEM_ROLE, Database
from odoosync.jobs import run_queue
from odoosync.jobs.retry import RetryPolicy
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.runner import Timing
from odoosync.jobs.task import Done, Lease, Outcome, Task
from odoosync.log import configure_logging
from odoosync.settings import Settings, load_settings
from odoosync.worker import run_worker

PAGES = 12
LEASE_S = 2.0
_RAISES = 0.02
_STATUS = {"done": "succeeded", "cancelled": "cancelled"}
_TIMING = Timing(
    lease=LEASE_S, renew=0.5, look=0.2, cancel_grace=0.2, stop_grace=2.0, poll=0.05, beat=0.5
)
_POLICY = RetryPolicy(max_failures=50, backoff=Backoff(0.05, 0.5, jitter=0.25))

pages = Table(
    "chaos_pages",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("run_id", String, nullable=False),
    Column("page", Integer),
    Column("ended", String),
)
"""Each page once, then one row that says how the run ended. No constraint helps."""


def create_pages(database_url: str) -> None:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    pages.create(engine)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            for role in (APP_ROLE, SYSTEM_ROLE):
                connection.exec_driver_sql(f"GRANT ALL ON chaos_pages TO {role}")
                connection.exec_driver_sql(f"GRANT ALL ON chaos_pages_id_seq TO {role}")
    engine.dispose()


class ChaoticTask:
    """Commits pages with the run's checkpoint, as a sync does."""

    def __init__(self, database: Database, seed: int) -> None:
        self._database = database
        self._random = random.Random(seed)

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        async with self._database.tenant(claim.tenant_id) as tx:
            await run_queue.begin(tx, claim, utc_now())
        first = (claim.checkpoint or {"page": 0})["page"]
        for page in range(first, PAGES):
            await asyncio.sleep(self._random.uniform(0.0, 0.04))
            if self._random.random() < _RAISES:
                raise RuntimeError("a body that raises before its page")
            async with self._database.tenant(claim.tenant_id) as tx:
                await tx.execute(pages.insert().values(run_id=claim.run_id, page=page))
                await run_queue.advance(tx, claim, {"page": page + 1})
                if self._random.random() < _RAISES:
                    raise RuntimeError("a body that raises within its page")
            lease.check()
        await self._end(claim, "done")
        return Done()

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        del message
        await self._end(claim, error_code)

    async def _end(self, claim: Claim, how: str) -> None:
        async with self._database.tenant(claim.tenant_id) as tx:
            await tx.execute(pages.insert().values(run_id=claim.run_id, ended=how))
            await run_queue.finish(tx, claim, _STATUS.get(how, "failed"))


def main() -> None:
    seed = int(sys.argv[1])

    @asynccontextmanager
    async def make_task(
        settings: Settings, database: Database, keys: KeyRing
    ) -> AsyncIterator[Task]:
        del settings, keys
        yield ChaoticTask(database, seed)

    configure_logging("warning", "console")
    run_worker(load_settings(), make_task, timing=_TIMING, policy=_POLICY)


if __name__ == "__main__":
    main()
