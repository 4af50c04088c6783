"""What all stages of one run share, and the one way in which they commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from odoosync.clock import Clock
from odoosync.db import Database, Tx
from odoosync.jobs.run_queue import Claim, Document
from odoosync.jobs.task import Lease
from odoosync.odoo.client import OdooClient
from odoosync.odoo.fields import Field, PageDecoder
from odoosync.sync import pace, runs
from odoosync.sync.datasets import DATASET_OF_MODEL, Dataset
from odoosync.sync.engine.maker import Maker
from odoosync.sync.engine.making import Recipe
from odoosync.sync.engine.row_quota import RowQuota
from odoosync.sync.plan import Plan
from odoosync.sync.set_aside import Fault

Write = Callable[[Tx], Awaitable[Mapping[str, int]]]


@dataclass
class Work:
    """One attempt at one run. `plan` moves on with each commit.

    `changed_by` are the dataset's dotted dates that this Odoo has; `page_limit` is the most rows to
    ask for at once; `counted` are the rows of the window that is read first, where it is new;
    `used` are the calls and bytes that were counted already; `named` are targets, by model, whose
    names are stored; `low` is the T0 up to which the copy was true before; `aside` maps rows that
    something was set aside of before, and that were not read whole since, to how Odoo failed on
    their fields; `resting` are those of them that timed out not long ago; `left_out` are fields
    that Odoo fails on for many rows; `faulty` are those that failed now, `failing` has those by the
    field that they failed on, `slow` counts those that timed out.
    """

    database: Database
    claim: Claim
    lease: Lease
    client: OdooClient
    dataset: Dataset
    fields: dict[str, Field]
    plan: Plan
    clock: Clock
    context: dict[str, Any]
    maker: Maker
    row_quota: RowQuota
    changed_by: tuple[str, ...] = ()
    page_limit: int = pace.LARGEST
    counted: int | None = None
    used: tuple[int, int] = (0, 0)
    named: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    aside: dict[int, dict[str, Fault]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    low: datetime | None = None
    resting: frozenset[int] = frozenset()
    faulty: set[int] = field(default_factory=set)
    failing: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    slow: int = 0
    _decoders: dict[tuple[str, ...] | None, PageDecoder] = field(default_factory=dict)

    @property
    def connection_id(self) -> int:
        return self.claim.connection_id

    @property
    def run_id(self) -> str:
        return self.claim.run_id

    @property
    def spared(self) -> set[int]:
        """Return the rows that are not asked for by themselves (again) in this run."""
        return self.faulty | self.resting

    @property
    def by_themselves(self) -> set[int]:
        """Return the rows that Odoo fails on: they are read by themselves."""
        return self.faulty.union(self.aside)

    @property
    def apart(self) -> list[Any]:
        """Return a domain without rows that are read by themselves."""
        failing = sorted(self.by_themselves)
        return [["id", "not in", failing]] if failing else []

    @property
    def relations(self) -> dict[str, str]:
        """Map each many2one field that is read to the model it points to."""
        return {
            name: found.relation
            for name in self.plan.fields
            if (found := self.fields[name]).type == "many2one" and found.relation
        }

    def dataset_of(self, model: str) -> str | None:
        return DATASET_OF_MODEL.get(model)

    def decode(
        self, page: list[dict[str, Any]], names: tuple[str, ...] | None = None
    ) -> dict[int, dict[str, Any]]:
        """Turn a page as Odoo sent it into values by id. The page is used up."""
        if names not in self._decoders:
            self._decoders[names] = PageDecoder.of(self.fields, names or self.plan.fields)
        return {row.pop("id"): row for row in self._decoders[names].decode(page)}

    @property
    def recipe(self) -> Recipe:
        """Return how this dataset's rows are made of what Odoo sends."""
        return Recipe(self.dataset, PageDecoder.of(self.fields, self.plan.fields), self.relations)

    async def commit(self, plan: Plan, write: Write) -> None:
        """Commit rows, counts and checkpoint together, under the fence; then see who asks to stop.

        Raises LeaseLost when another worker has the run, JobCancelled, WorkerShutdown.
        """
        await self._commit(plan.to_json(), write)
        self.plan = plan
        self.lease.check()

    async def _commit(self, reached: Document, write: Write, **values: Any) -> None:
        used = self.client.calls, self.client.bytes_received
        calls, received = (now - before for now, before in zip(used, self.used, strict=True))
        async with self.database.tenant(self.claim.tenant_id) as tx:
            counts = {**await write(tx), "calls": calls, "bytes_received": received}
            run = await runs.commit(tx, self.claim, reached, counts, **values)
        self.used = used
        if run.cancel_requested:
            self.lease.cancelled.set()
