"""One connection's copy of a sandbox: run its syncs attempt by attempt, and compare the two."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import orjson
from sqlalchemy import Row, update

from integration.sync.direct import DirectOdoo, HandClock
from odoo_sandbox import World
from odoosync.accounts.tables import tenants
from odoosync.connections import store as connections
from odoosync.crypto import KeyRing, Secret, new_key_ring
from odoosync.db import Database, Tx
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.tables import OPEN
from odoosync.jobs.tables import runs as run_table
from odoosync.jobs.task import Lease, Outcome
from odoosync.odoo.bounds import PAGE_BYTES
from odoosync.odoo.facts import ServerFacts
from odoosync.odoo.transport import Transport
from odoosync.quotas import Quotas
from odoosync.store.tables import records
from odoosync.sync import runs
from odoosync.sync.datasets import DATASETS
from odoosync.sync.deletion_guard import Guard
from odoosync.sync.engine.maker import Maker
from odoosync.sync.engine.open_odoo import Equipment
from odoosync.sync.tasks import SyncTask
from queue_world import claim
from saving import save_tested

KEY = "0123456789abcdef0123456789abcdef01234567"
CONTEXT = {"active_test": False, "lang": "en_US"}
_RELATED = frozenset({"one2many", "many2many"})


class Killed(BaseException):
    """What a kill -9 looks like from inside: nothing catches it."""


class FragileDatabase(Database):
    """Dies at the `dies_at`-th write transaction: before its commit, or just `after` it."""

    def __init__(self, opened: Database) -> None:
        super().__init__(opened.engine, opened.url)
        self.written = 0
        self.dies_at: int | None = None
        self.after = False

    @asynccontextmanager
    async def tenant(self, tenant_id: int, *, write: bool = True) -> AsyncIterator[Tx]:
        self.written += write
        dies = write and self.written == self.dies_at
        async with super().tenant(tenant_id, write=write) as tx:
            yield tx
            if dies and not self.after:
                raise Killed
        if dies:
            raise Killed


@dataclass
class Difference:
    """What the copy has wrong; empty when it equals Odoo."""

    missing: list[int] = field(default_factory=list)
    stale: dict[int, dict[str, Any]] = field(default_factory=dict)
    phantom: list[int] = field(default_factory=list)
    falsely_deleted: list[int] = field(default_factory=list)


EQUAL = Difference()


@dataclass
class Copy:
    """Owns a tenant with one connection; `database` may be fragile.

    `clock` is the world's, and ours but for what ours is `ahead`.
    """

    database: Database
    odoo: DirectOdoo
    clock: HandClock
    tenant_id: int
    connection_id: int
    key_ring: KeyRing
    guard: bool = True
    maker: Maker = field(default_factory=Maker)
    ahead: timedelta = timedelta(0)
    quotas: Quotas = field(default_factory=Quotas)
    page_bytes: int = PAGE_BYTES

    def now(self) -> datetime:
        return self.clock() + self.ahead

    @property
    def world(self) -> World:
        return self.odoo.world

    async def ask(
        self, dataset: str, *, full: bool = False, confirm_deletions: bool = False
    ) -> str:
        """Ask for a run; returns its id."""
        asked = runs.Asked("test", None, full=full, confirm_deletions=confirm_deletions)
        async with self.database.tenant(self.tenant_id) as tx:
            connection = await connections.get(tx, self.connection_id)
            return (await runs.enqueue(tx, connection, dataset, asked, self.now())).run_id

    async def take(self) -> Claim:
        """Take the run that is due."""
        (due,) = await claim(self.database, limit=1, lease_s=600.0)
        return due

    async def claim(self) -> Claim:
        """Take the run that is due; one whose worker died, or that another has, is due at once."""
        async with self.database.system() as tx:
            await tx.execute(
                update(run_table)
                .where(OPEN, run_table.c.lease_until.is_not(None))
                .values(lease_until=0.0)
            )
        return await self.take()

    async def attempt(self, claim: Claim, lease: Lease | None = None) -> Outcome:
        tools = Equipment(
            database=self.database,
            transport=cast("Transport", self.odoo),
            key_ring=self.key_ring,
            clock=self.now,
            deletion_guard=Guard(enabled=self.guard),
            maker=self.maker,
            quotas=self.quotas,
            page_bytes=self.page_bytes,
        )
        return await SyncTask(tools).run(claim, lease or Lease())

    async def sync(self, dataset: str = "contacts", **wishes: bool) -> Row[Any]:
        """Sync once, from asking to the end; returns the history row."""
        run_id = await self.ask(dataset, **wishes)
        await self.attempt(await self.take())
        return await self.run(run_id)

    async def run(self, run_id: str) -> Row[Any]:
        async with self.database.tenant(self.tenant_id, write=False) as tx:
            return await runs.get(tx, run_id)

    async def rows(self, dataset: str = "contacts") -> dict[int, Row[Any]]:
        """All rows of the copy by id, gone ones too; `data` decoded."""
        async with self.database.tenant(self.tenant_id, write=False) as tx:
            found = await tx.all(
                tx.select(records).where(
                    records.c.connection_id == self.connection_id, records.c.dataset == dataset
                )
            )
        return {row.odoo_id: row for row in found}

    async def data(self, odoo_id: int, dataset: str = "contacts") -> dict[str, Any]:
        kept: dict[str, Any] = (await self.rows(dataset))[odoo_id].data
        return kept

    async def difference(self, dataset: str = "contacts") -> Difference:
        """Compare with Odoo, id by id and field by field, by a reading of our own."""
        kept = await self.rows(dataset)
        live = {
            odoo_id: row.data
            for odoo_id, row in kept.items()
            if row.deleted_at is None and row.unreachable_at is None
        }
        model = DATASETS[dataset].model
        there = truth(self.world, model, {name for data in live.values() for name in data})
        exists = self.world.table(model).rows
        return Difference(
            missing=sorted(there.keys() - live.keys()),
            stale={
                odoo_id: {
                    name: (live[odoo_id].get(name), value)
                    for name, value in data.items()
                    if live[odoo_id].get(name) != value
                }
                for odoo_id, data in there.items()
                if odoo_id in live and live[odoo_id] != data
            },
            phantom=sorted(live.keys() - there.keys()),
            falsely_deleted=[
                odoo_id
                for odoo_id, row in kept.items()
                if row.deleted_at is not None and odoo_id in exists
            ],
        )


def truth(world: World, model: str, names: set[str], uid: int = 2) -> dict[int, dict[str, Any]]:
    """Read a model whole, as its values mean: null for `false`, ids, UTC."""
    fields = world.table(model).model.fields
    wanted = sorted(names)
    page = world.execute(
        model, "search_read", [], wanted or ["write_date"], load=None, uid=uid, context=CONTEXT
    )
    kinds = {name: fields[name].type if name in fields else "char" for name in wanted}
    return {row["id"]: {name: _meant(kinds[name], row[name]) for name in wanted} for row in page}


def _meant(kind: str, value: Any) -> Any:
    if kind in _RELATED:
        return sorted(value)
    if isinstance(value, orjson.Fragment) or (value is False and kind != "boolean"):
        return None
    if kind == "datetime":
        return f"{value.replace(' ', 'T')}Z"
    return orjson.loads(orjson.dumps(value))


async def open_copy(
    database: Database,
    odoo: DirectOdoo,
    clock: HandClock,
    *,
    tenant_id: int = 1,
    extra_fields: dict[str, list[str]] | None = None,
    guard: bool = True,
) -> Copy:
    """Make a tenant with a connection to the sandbox, as the test of the credentials leaves it."""
    release = odoo.world.release
    if release.has_json2:
        odoo.world.add_key("admin", KEY)
    facts = ServerFacts(
        serie=release.serie,
        major=release.major,
        protocol="json2" if release.has_json2 else "jsonrpc",
        uid=2,
        lang="en_US",
        tz=None,
        checked_at=clock(),
    )
    tested = connections.Tested(
        odoo_url="http://odoo.test",
        odoo_database=odoo.world.database,
        odoo_username="admin",
        secret=Secret(KEY if release.has_json2 else "admin"),
        server=facts.to_json(),
        odoo_uid=2,
        contact_count=0,
        product_count=0,
    )
    key_ring = new_key_ring()
    async with database.system() as tx:
        await tx.execute(
            tenants.insert().values(id=tenant_id, name=str(tenant_id), created_at=clock())
        )
    async with database.tenant(tenant_id) as tx:
        made = await save_tested(tx, key_ring, tested, extra_fields=extra_fields, now=clock())
    return Copy(database, odoo, clock, tenant_id, made.id, key_ring, guard=guard)
