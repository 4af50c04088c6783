"""Syncs under kill -9: blows at random moments, and what each of them cost, as Odoo saw it."""

from __future__ import annotations

import os
import random
import signal
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

import orjson
from sqlalchemy import Connection, create_engine, text

from odoosync.sync.runs import ENDED
from raw_odoo import shown
from service import PROFILE, Caller, Service
from waiting import wait_until
from watched_odoo import Call, WatchedOdoo

VICTIMS = ("worker", "both", "serve")
PARTNER = "res.partner"
CONTEXT = {"active_test": False, "lang": "en_US"}


@dataclass(frozen=True)
class Blow:
    """A kill -9 of the worker, of serve, or of both; `serve` alone lets the worker end its page."""

    at: float
    victim: str
    run_id: str


@dataclass(frozen=True)
class Waste:
    """A page of which Odoo had to read `rows` again; `received` if its answer was out in time."""

    page: Call
    blow: Blow
    received: bool
    rows: int


@dataclass(frozen=True)
class Cost:
    """What the kills cost, an entry a kill, in rows and pages that Odoo read twice.

    `taken` are rows of answers that were out before the kill, so that we may have had them.
    `largest` is the most rows that were asked for at once, `recoveries` are the seconds from a kill
    to the next page that was asked for, where one was before the next kill.
    """

    largest: int
    rows: list[int]
    pages: list[int]
    taken: list[int]
    recoveries: list[float]

    def __str__(self) -> str:
        return (
            f"{len(self.rows)} kills, pages of {self.largest} rows at most. Read twice by Odoo: "
            f"{_spread(self.rows)} rows a kill ({_spread(self.pages)} pages, "
            f"{sum(self.rows) / len(self.rows) / self.largest:.2f} of the largest); in answers "
            f"that were out before the kill: {_spread(self.taken)} rows a kill. "
            f"From kill to next page: {_spread(self.recoveries)} seconds."
        )


def _spread(numbers: Sequence[float]) -> str:
    return f"mean {sum(numbers) / len(numbers):,.2f}, most {max(numbers):,.2f}"


@dataclass
class Siege:
    """One user's contacts, synced in full again and again while the service is killed."""

    service: Service
    odoo: WatchedOdoo
    caller: Caller
    chance: random.Random
    blows: list[Blow] = field(default_factory=list)
    runs: dict[str, float] = field(default_factory=dict)
    connection: int = field(init=False)

    def __post_init__(self) -> None:
        login = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}
        self.caller.post(PROFILE, login)
        self.connection = self.caller.get("/api/v1/connections")["items"][0]["id"]

    @property
    def total(self) -> int:
        count: int = self.odoo.raw.call(PARTNER, "search_count", [], context=CONTEXT)
        return count

    def prefer(self, **preferences: Any) -> None:
        path = f"/api/v1/connections/{self.connection}"
        Caller.ok(self.caller.http.patch(path, json={"preferences": preferences}))

    def ask(self, **wishes: Any) -> str:
        asked = time.monotonic()
        run: dict[str, Any] = self.caller.post("/api/v1/contacts/sync", {"wait": False, **wishes})[
            "run"
        ]
        self.runs[run["id"]] = asked
        return str(run["id"])

    def suffer(self, kills: int, *, within: float) -> list[dict[str, Any]]:
        """Kill at random moments up to `within` seconds after an attempt's first call.

        Blows that come after the end of a run do not count. Returns the runs as they ended.
        """
        ended, run_id, last = [], self.ask(full=True), 0.0
        while True:
            struck = len(self.blows) >= kills
            if not struck:
                self.odoo.wait_for(lambda _call: True, since=max(last, self.runs[run_id]))
                time.sleep(self.chance.uniform(0, within))
                moment, victim = time.time(), self.chance.choice(VICTIMS)
                last = self.strike(victim)
            run = self.ended(run_id) if struck else self.caller.get(f"/api/v1/runs/{run_id}")
            if not struck and was_going_on(run, moment):
                self.blows.append(Blow(last, victim, run_id))
            if run["status"] in ENDED:
                ended.append(run)
                if struck:
                    return ended
                run_id = self.ask(full=True)

    def strike(self, victim: str) -> float:
        """Kill, and start again what nobody else starts. Returns the moment of the kill."""
        moment = self.fell(victim)
        if victim != "worker":
            self.service.start()
        return moment

    def fell(self, victim: str) -> float:
        """Kill the worker, serve, or both, and start nothing again."""
        serve, worker = self.service.process, self.service.worker()
        assert serve is not None
        if victim != "serve" and worker is not None:
            os.kill(worker, signal.SIGKILL)
        if victim != "worker":
            serve.kill()
        moment = time.monotonic()
        if victim != "worker":
            serve.wait()
        return moment

    def ended(self, run_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            run: dict[str, Any] = self.caller.get(f"/api/v1/runs/{run_id}")
            return run if run["status"] in ENDED else None

        return wait_until(look)

    def wasted(self) -> list[Waste]:
        """Find the window pages that were asked for again, each with the blow that cost it."""
        ids: list[int] = self.odoo.raw.call(PARTNER, "search", [], order="id", context=CONTEXT)
        return [waste for pages in self._pages_by_run() for waste in self._wasted(pages, ids)]

    def served(self) -> int:
        """Count the rows that Odoo read for window pages."""
        return sum(page.rows for pages in self._pages_by_run() for page in pages)

    def cost(self) -> Cost:
        found = by_blow(self.wasted())
        here = [found.get(blow, []) for blow in self.blows]
        pages = [page for run in self._pages_by_run() for page in run]
        return Cost(
            largest=max(page.limit or 0 for page in pages),
            rows=[sum(one.rows for one in some) for some in here],
            pages=[len(some) for some in here],
            taken=[sum(one.rows for one in some if one.received) for some in here],
            recoveries=list(self._recoveries([page.asked for page in pages])),
        )

    def _recoveries(self, pages: list[float]) -> Iterator[float]:
        ends = [*(blow.at for blow in self.blows[1:]), float("inf")]
        for blow, end in zip(self.blows, ends, strict=True):
            again = [page - blow.at for page in pages if blow.at < page < end]
            yield from again[:1]

    def _pages_by_run(self) -> Iterator[list[Call]]:
        starts = [*self.runs.values(), float("inf")]
        pages = [call for call in self.odoo.look() if call.is_window_page]
        for start, end in pairwise(starts):
            yield [page for page in pages if start <= page.asked < end]

    def _wasted(self, pages: list[Call], ids: list[int]) -> Iterator[Waste]:
        """A page may be stored in part: what comes again begins after the last row that was."""
        for number, page in enumerate(pages):
            again = next((one for one in pages[number + 1 :] if begins_within(one, page)), None)
            if again is not None:
                blow = self._cause(page, again)
                until = again.asked if blow.victim == "serve" else blow.at
                received = page.answered is not None and page.answered <= until
                start = max(page.after or 0, again.after or 0)
                rows = bisect_right(ids, page.last or 0) - bisect_right(ids, start)
                yield Waste(page, blow, received, rows)

    def _cause(self, page: Call, again: Call) -> Blow:
        """The first blow after the page was asked for; else the last one: its worker lived on."""
        before = [blow for blow in self.blows if blow.at < again.asked]
        return next((blow for blow in before if blow.at >= page.asked), before[-1])


def begins_within(later: Call, page: Call) -> bool:
    return page.last is not None and (later.after or 0) < page.last


def was_going_on(run: dict[str, Any], moment: float) -> bool:
    finished = run["finished_at"]
    return finished is None or datetime.fromisoformat(finished).timestamp() > moment


def by_blow(found: list[Waste]) -> dict[Blow, list[Waste]]:
    grouped: dict[Blow, list[Waste]] = defaultdict(list)
    for waste in found:
        grouped[waste.blow].append(waste)
    return grouped


def difference(siege: Siege) -> dict[str, Any]:
    """Hold the user's contacts in the database against Odoo, row by row and field by field."""
    kept, odoo = stored(siege.service, siege.connection), siege.odoo
    names = sorted({name for data in kept.values() for name in data})
    types = odoo.raw.call(PARTNER, "fields_get", names, attributes=["type"])
    rows = odoo.raw.call(
        PARTNER, "search_read", [], fields=names, load=None, order="id", context=CONTEXT
    )
    there = {
        row["id"]: {name: _meant(types[name]["type"], row[name]) for name in names} for row in rows
    }
    return {
        "missing": sorted(there.keys() - kept.keys()),
        "phantom": sorted(kept.keys() - there.keys()),
        "stale": sorted(key for key in there.keys() & kept.keys() if there[key] != kept[key]),
    }


def _meant(kind: str, value: Any) -> Any:
    """Render a value as the copy keeps it: as lists show it, but for the names of targets."""
    return shown("integer" if kind == "many2one" else kind, value)


EQUAL: dict[str, Any] = {"missing": [], "phantom": [], "stale": []}


def stored(service: Service, connection_id: int) -> dict[int, dict[str, Any]]:
    """Read the live contacts of a connection, past all doors; none is there twice."""
    query = (
        "SELECT odoo_id, CAST(data AS TEXT) FROM records WHERE dataset = 'contacts' "
        "AND connection_id = :connection AND deleted_at IS NULL AND unreachable_at IS NULL"
    )
    with past_all_doors(service) as connection:
        rows = connection.execute(text(query), {"connection": connection_id}).all()
    kept = {odoo_id: orjson.loads(data) for odoo_id, data in rows}
    assert len(kept) == len(rows)
    return kept


@contextmanager
def past_all_doors(service: Service) -> Iterator[Connection]:
    """Open the service's database as its owner, for one transaction."""
    engine = create_engine(service.database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()
