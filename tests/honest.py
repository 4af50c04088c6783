"""A tenant who does what tenants do, and looks closely at each answer: is it right, is it mine?"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from raw_odoo import RawOdoo
from service import PROFILE, Caller, Service

PARTNER: Final = "res.partner"
LIST: Final = "/api/v1/contacts"
_FIELDS: Final = ["name", "city", "email", "function"]
_NETWORK: Final = "127.0.2"
KINDS: Final = ("sign-in", "sync", "list", "whole list", "changes", "healthz")


@dataclass(frozen=True)
class Took:
    """How long an answer took that came at `ended`, by the machine's monotonic clock."""

    kind: str
    ended: float
    seconds: float


@dataclass
class Honest:
    """One tenant with an Odoo of their own; changes it, syncs, and expects to see the change."""

    caller: Caller
    odoo: RawOdoo
    chance: random.Random
    pause_s: float = 0.0
    position: str = "0"
    rounds: int = 0
    took: list[Took] = field(default_factory=list)

    def join(self) -> None:
        self.caller.post(PROFILE, self.odoo.credentials)
        self._sync()
        self._changes()

    def live(self, stop: threading.Event) -> None:
        """Go on until `stop`, for one round at least. Raises AssertionError for a wrong answer."""
        while True:
            self.dispatch_due()
            if stop.wait(self.pause_s * self.chance.uniform(0.5, 1.5)):
                return

    def dispatch_due(self) -> None:
        with self._timed("sign-in"):
            self.caller.sign_in()
        changed = self._change()
        self._sync()
        with self._timed("list"):
            few = self.caller.get(LIST, limit=5)
        with self._timed("whole list"):
            page = self.caller.get(LIST, limit=1000)
        self._compare(page, few)
        assert set(changed) <= self._changes(), (changed, self.caller.username)
        with self._timed("healthz"):
            assert self.caller.get("/healthz") == {"status": "ok"}
        self.rounds += 1

    def is_true(self) -> dict[str, Any]:
        """Have the copy verified; returns what is not as it should be."""
        self._sync()
        (connection,) = self.caller.get("/api/v1/connections")["items"]
        form = {"datasets": ["contacts"]}
        told = self.caller.post(f"/api/v1/connections/{connection['id']}/verify", form)
        return {} if (told["success"], told["outcome"]) == (True, "equal") else told

    def failed_runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.caller.get("/api/v1/runs", limit=1000)["items"]
        return [run for run in found if run["status"] != "succeeded"]

    def _change(self) -> list[int]:
        """Write to some rows, and make one; returns their ids."""
        text = f"{self.caller.username} {self.rounds}"
        ids = self.odoo.call(PARTNER, "search", [], order="id")
        found: list[int] = self.chance.sample(ids, 3)
        self.odoo.call(PARTNER, "write", found, {"function": text})
        if self.rounds % 10 == 0:
            found.append(self.odoo.call(PARTNER, "create", {"name": text}))
        return found

    def _sync(self) -> None:
        with self._timed("sync"):
            told = self.caller.post("/api/v1/contacts/sync", {})
        assert told["success"], (self.caller.username, told)

    def _compare(self, page: dict[str, Any], few: dict[str, Any]) -> None:
        truth = self.odoo.truth(PARTNER, _FIELDS)
        kept = {item["odoo_id"]: {name: item[name] for name in _FIELDS} for item in page["items"]}
        assert page["next_cursor"] is None
        assert kept == truth
        assert few["items"] == page["items"][:5]

    def _changes(self) -> set[int]:
        """Follow the feed to its end; returns the ids that came."""
        found, more = set(), True
        while more:
            with self._timed("changes"):
                page = self.caller.get("/api/v1/changes", after=self.position, limit=1000)
            found |= {item["record"]["odoo_id"] for item in page["items"]}
            self.position, more = page["next_after"], page["more"]
        return found

    @contextmanager
    def _timed(self, kind: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        ended = time.monotonic()
        self.took.append(Took(kind, ended, ended - began))


@contextmanager
def honest_tenants(
    service: Service, odoos: Sequence[str], *, pause_s: float = 0.0
) -> Iterator[list[Honest]]:
    """Have one tenant join for each Odoo, from an address of its own, and sync it."""
    with ExitStack() as stack:
        joined = []
        for number, url in enumerate(odoos, 1):
            address = f"{_NETWORK}.{number}"
            caller = stack.enter_context(service.registered(f"honest-{number}", address=address))
            odoo = RawOdoo(url, "odoo_db", "admin", "admin")
            stack.enter_context(odoo.http)
            tenant = Honest(caller, odoo, random.Random(number), pause_s)
            tenant.join()
            joined.append(tenant)
        yield joined
