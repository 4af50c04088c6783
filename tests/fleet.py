"""Worker processes beside one database, and connections of many tenants for them to work on."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, update

from odoosync.accounts.tables import tenants
from odoosync.clock import utc_now
from odoosync.connections import store
from odoosync.connections.tables import connections
from odoosync.crypto import KeyRing, Secret
from odoosync.db import Database
from odoosync.jobs.tables import runs as run_table
from odoosync.odoo.facts import ServerFacts
from odoosync.sync import runs
from odoosync.sync.service import SyncRequest, SyncService
from saving import save_tested
from service import COMMAND
from waiting import until

_TESTED: Final[dict[str, Any]] = {
    "odoo_database": "odoo_db",
    "odoo_username": "admin",
    "secret": Secret("admin"),
    "server": ServerFacts("19.0", 19, "jsonrpc", 2, "en_US", None, utc_now()).to_json(),
    "odoo_uid": 2,
    "contact_count": 0,
    "product_count": 0,
}


@dataclass
class Fleet:
    """The processes of `odoosync worker`. Each has a data folder of its own where they are `apart`.

    Then they are as on machines of their own: only a lease that runs out tells of a death.
    """

    folder: Path
    database_url: str
    apart: bool = False
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def hire(self, count: int = 1, *, concurrency: int = 4) -> None:
        for _ in range(count):
            place = f"data{len(self.processes)}" if self.apart else "data"
            kept = {name: text for name, text in os.environ.items() if "ODOOSYNC_" not in name}
            given = {
                "ODOOSYNC_DATABASE_URL": self.database_url,
                "ODOOSYNC_DATA_DIR": str(self.folder / place),
                "ODOOSYNC_ALLOWED_ODOO_HOSTS": "127.0.0.0/8:*",
                "ODOOSYNC_LOG_LEVEL": "error",
            }
            command = [*COMMAND, "worker", "--concurrency", str(concurrency)]
            environment = kept | given | self.settings
            self.processes.append(subprocess.Popen(command, env=environment))

    def dismiss(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@contextmanager
def fleet(folder: Path, database_url: str, *, apart: bool = False, **more: str) -> Iterator[Fleet]:
    hired = Fleet(folder, database_url, apart, more)
    try:
        yield hired
    finally:
        hired.dismiss()


@dataclass(frozen=True)
class Crowd:
    """Connections, one a tenant, and short ways to ask for their syncs and look at them."""

    database: Database
    keys: KeyRing

    async def join(self, tenant_id: int, url: str, **preferences: Any) -> int:
        """Make a tenant with a connection; returns its id."""
        now = utc_now()
        async with self.database.system() as tx:
            made = {"id": tenant_id, "name": "t", "created_at": now}
            await tx.execute(tenants.insert().values(**made))
        tested = store.Tested(odoo_url=url, **_TESTED)
        async with self.database.tenant(tenant_id) as tx:
            saved = await save_tested(tx, self.keys, tested, now=now)
        async with self.database.system() as tx:
            mine = update(connections).where(connections.c.id == saved.id)
            await tx.execute(mine.values(preferences=preferences))
        return saved.id

    async def ask(self, tenant_id: int, dataset: str = "contacts") -> str:
        """Ask for a sync; returns the run's id."""
        service = SyncService(self.database, clock=utc_now, wait_s=60)
        (run_id,) = await service.ask(SyncRequest(tenant_id, None, dataset))
        return run_id

    async def runs(self) -> list[Any]:
        async with self.database.system(write=False) as tx:
            return list(await tx.all(select(run_table).order_by(run_table.c.created_at)))

    async def settled(self) -> None:
        """Wait until every run has ended."""

        async def ended() -> bool:
            return all(run.status in runs.ENDED for run in await self.runs())

        await until(ended)

    async def held(self) -> dict[int, list[str]]:
        """Return the runs that are held, by the process id of the worker that holds them."""
        wanted = select(run_table.c.id, run_table.c.worker_id).where(
            run_table.c.worker_id.is_not(None)
        )
        found: dict[int, list[str]] = {}
        async with self.database.system(write=False) as tx:
            for row in await tx.all(wanted):
                found.setdefault(int(row.worker_id.rsplit("-", 2)[1]), []).append(row.id)
        return found

    async def recovery(self, victims: Sequence[int]) -> float:
        """Return the seconds until none of what the victims held is theirs any more."""
        began = time.monotonic()

        async def taken_over() -> bool:
            return not set(await self.held()) & set(victims)

        await until(taken_over)
        return time.monotonic() - began
