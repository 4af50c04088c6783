"""Syncs after the first: without changes, with 1 % of the rows new, changed, then deleted.

Seconds as the caller waits them, and calls to Odoo, each beside the first sync of the same run. A
real Odoo is written to only with ODOOSYNC_BENCH_ODOO_WRITE=1: contacts are made, changed and
deleted again, and no others touched.
"""

from __future__ import annotations

import os
from typing import Any, Final

from benchmarks.odoo import Contacts, odoo_with
from benchmarks.rounds import median, rounded
from benchmarks.service import Service, seconds_of, service_for
from benchmarks.writing import Writer

QUIET_ROUNDS: Final = 5
ROUNDS: Final = 3
TARGETS: Final = {"unchanged_s": 1.0, "unchanged_calls": 8}
Seen = dict[str, list[tuple[float, dict[str, Any]]]]


def measure(rows: int) -> dict[str, Any]:
    with odoo_with(rows) as contacts, service_for(contacts.odoo) as service:
        seen: Seen = {"first": [seconds_of(service.sync)]}
        seen["unchanged"] = [seconds_of(service.sync) for _ in range(QUIET_ROUNDS)]
        if contacts.odoo.ours or os.environ.get("ODOOSYNC_BENCH_ODOO_WRITE"):
            _with_writes(contacts, service, seen)
    return _result(contacts, seen)


def _with_writes(contacts: Contacts, service: Service, seen: Seen) -> None:
    share = max(1, contacts.rows // 100)
    for number in range(ROUNDS):
        with Writer(contacts) as writer:
            writer.create(share)
            _note(seen, "created", service, share)
            writer.write({"city": f"Benchmark {number}"})
            _note(seen, "updated", service, share)
        _note(seen, "deleted", service, share)


def _note(seen: Seen, what: str, service: Service, share: int) -> None:
    took, run = seconds_of(service.sync)
    if run[what] != share:
        raise RuntimeError(f"{share} rows were {what}, and the sync found {run[what]}.")
    seen.setdefault(what, []).append((took, run))


def _result(contacts: Contacts, seen: Seen) -> dict[str, Any]:
    first = seen["first"][0][0]
    told: dict[str, Any] = {}
    for what, runs in seen.items():
        seconds = [took for took, _ in runs]
        told[what] = {
            "seconds": rounded(seconds),
            "median_seconds": median(seconds),
            "calls": max(run["calls"] for _, run in runs),
            "fetched": max(run["fetched"] for _, run in runs),
            "to_first_sync": round(median(seconds) / first, 4),
        }
    return {
        "server": contacts.server,
        "rows": contacts.rows,
        "rows_written": max(1, contacts.rows // 100),
        "syncs": told,
        "targets": TARGETS,
    }
