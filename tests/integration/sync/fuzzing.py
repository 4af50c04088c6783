"""A machine of random writers, syncs and misfortunes, for hypothesis to drive.

It holds the sync to one claim: whatever was written before, during and between syncs, by
transactions of up to 200 seconds, after a quiet sync the copy equals Odoo. One of two clocks may be
ahead at a time, the proxy's or ours.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from integration.sync.copying import EQUAL, Copy, Difference, Killed, open_copy
from integration.sync.direct import DirectOdoo, HandClock
from integration.sync.writers import DEEDS, Writers
from odoo_sandbox import World
from odoosync.db import Database
from odoosync.odoo.errors import ServerFault

DATASETS = ("contacts", "products", "product_variants")
SECONDS = st.sampled_from((0.3, 1, 7, 20, 61, 61, 150, 199, 301, 3_700, 90_000))
SHORT = st.sampled_from((0.0, 0.3, 1, 20, 70))
COMMON = ("burst", "clear", "code", "email", "name", "price", "template")
DEED = st.sampled_from((*sorted(DEEDS), *COMMON, *COMMON))
NUMBER = st.integers(0, 99)
INSIDE = st.none() | st.integers(0, 3)
CLOCKS = st.sampled_from(
    ((0, 0), (600, 0), (90_000, -60), (None, 0), (None, 3_000), (-600, 7_200), (0, 90_000))
)
MISFORTUNE = st.sampled_from((None, None, None, Killed, ServerFault))


@dataclass(frozen=True)
class Lab:
    """What all examples share: a database, a loop, and tenants that nobody used before."""

    database: Database
    runner: asyncio.Runner
    tenants: Iterator[int]

    @classmethod
    def on(cls, database: Database, runner: asyncio.Runner) -> Lab:
        return cls(database, runner, count(1))


@dataclass(frozen=True)
class Event:
    """Something that happens while a sync waits for its `at`-th answer, or just after it."""

    at: int
    late: bool
    seconds: float
    deed: str
    number: int
    inside: int | None
    ends: bool


EVENT = st.builds(
    Event,
    at=st.integers(1, 14),
    late=st.booleans(),
    seconds=SHORT,
    deed=DEED,
    number=NUMBER,
    inside=INSIDE,
    ends=st.booleans(),
)


class Fuzz(RuleBasedStateMachine):
    """`lab` is set by the test; `prepare` may spoil the sync before each run.

    `settling` are the seconds between the last write and the last sync.
    """

    lab: Lab
    versions: tuple[int, ...] = (16, 17, 18, 19)
    prepare: Callable[[Copy, str], Any] | None = None
    settling: float = 1

    @initialize(data=st.data())
    def open(self, data: st.DataObject) -> None:
        self.clock = HandClock()
        self.world = World(data.draw(st.sampled_from(self.versions)), clock=self.clock)
        self.writers = Writers(self.world, self.clock.advance)
        for _ in range(3):
            self.writers.do("create partner", 1)
            self.writers.do("create tag", 0)
            self.writers.do("create template", 1)
        self.clock.advance(3_600)
        self.odoo = DirectOdoo(self.world)
        self.copy: Copy = self.lab.runner.run(
            open_copy(
                self.lab.database,
                self.odoo,
                self.clock,
                tenant_id=next(self.lab.tenants),
                guard=False,
            )
        )
        some = st.lists(st.sampled_from(DATASETS), min_size=1, max_size=2, unique=True)
        self.datasets = data.draw(some)
        for dataset in self.datasets:
            self._sync(dataset)

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        self.writers.wait(seconds)

    @rule(clocks=CLOCKS, deed=st.sampled_from(COMMON), number=NUMBER)
    def sync_by_wrong_clocks(self, clocks: tuple[int | None, int], deed: str, number: int) -> None:
        """Set the proxy's clock and ours ahead or back, sync, and write; a proxy may tell none."""
        proxy, ours = clocks
        self.world.proxy_ahead = None if proxy is None else timedelta(seconds=proxy)
        self.copy.ahead = timedelta(seconds=ours)
        for dataset in self.datasets:
            self._sync(dataset)
        self.writers.do(deed, number)

    @rule(deeds=st.lists(st.tuples(DEED, NUMBER), min_size=1, max_size=3))
    def open_transaction(self, deeds: list[tuple[str, int]]) -> None:
        self.begin(deeds)

    @rule(deed=DEED, number=NUMBER, inside=INSIDE)
    def do(self, deed: str, number: int, inside: int | None) -> None:
        self.writers.do(deed, number, inside=inside)

    @rule(number=NUMBER, well=st.booleans())
    def end(self, number: int, *, well: bool) -> None:
        self.writers.end(number, well=well)

    @rule(
        deeds=st.lists(st.tuples(st.sampled_from(COMMON), NUMBER), min_size=1, max_size=3),
        seconds=st.sampled_from((0.3, 7, 61, 190)),
    )
    def commit_late(self, deeds: list[tuple[str, int]], seconds: float) -> None:
        """Write, and commit only after syncs that could not see it."""
        self.begin(deeds)
        self.writers.wait(seconds)
        for dataset in self.datasets:
            self._sync(dataset)
        self.writers.end(-1, well=True)

    @rule(which=NUMBER)
    def sync(self, which: int) -> None:
        self._sync(self._dataset(which))

    @rule(
        which=NUMBER,
        full=st.sampled_from((False, False, False, True)),
        events=st.lists(EVENT, min_size=1, max_size=4),
        misfortune=MISFORTUNE,
        strikes_at=st.integers(2, 12),
    )
    def sync_among_writers(
        self,
        which: int,
        *,
        full: bool,
        events: list[Event],
        misfortune: type[BaseException] | None,
        strikes_at: int,
    ) -> None:
        """Sync while others write; be killed and go on, or fail and leave it to the next."""
        calls = count(1)
        current = [0]

        def before(_model: str, _method: str) -> None:
            current[0] = next(calls)
            self._happen(events, current[0], late=False)
            if misfortune is not None and current[0] == strikes_at:
                raise misfortune

        def after(_model: str, _method: str) -> None:
            self._happen(events, current[0], late=True)

        self.odoo.before, self.odoo.after = before, after
        try:
            self._sync(self._dataset(which), full=full)
        finally:
            self.odoo.before = self.odoo.after = lambda _model, _method: None

    def teardown(self) -> None:
        """Whatever happened: after a quiet sync the copy equals Odoo."""
        if not hasattr(self, "datasets"):
            return
        self.writers.end_all()
        self.writers.do("mend", 0)
        self.writers.wait(self.settling)
        for dataset in self.datasets:
            status = self._sync(dataset)
            assert status == "succeeded"
            found = self.lab.runner.run(self.copy.difference(dataset))
            assert found == EQUAL, told(dataset, found)

    def begin(self, deeds: list[tuple[str, int]]) -> None:
        self.writers.begin()
        for deed, number in deeds:
            self.writers.do(deed, number, inside=-1)

    def _happen(self, events: list[Event], call: int, *, late: bool) -> None:
        for event in events:
            if event.at == call and event.late == late:
                self.writers.wait(event.seconds)
                self.writers.do(event.deed, event.number, inside=event.inside)
                if event.ends:
                    self.writers.end(event.number, well=True)

    def _dataset(self, which: int) -> str:
        return self.datasets[which % len(self.datasets)]

    def _sync(self, dataset: str, *, full: bool = False) -> str:
        return self.lab.runner.run(self._attempts(dataset, full=full))

    async def _attempts(self, dataset: str, *, full: bool) -> str:
        if self.prepare is not None:
            await self.prepare(self.copy, dataset)
        run_id = await self.copy.ask(dataset, full=full)
        try:
            await self.copy.attempt(await self.copy.take())
        except Killed:
            await self.copy.attempt(await self.copy.claim())
        status: str = (await self.copy.run(run_id)).status
        return status


def told(dataset: str, found: Difference) -> str:
    return f"{dataset} differs: {found}"
