"""The first sync of all contacts, from the call to its answer, against three ways of reading them.

Ours is the service itself: POST, run, worker, store, deletions compared, answer. The bare loop
fetches the same pages and drops them; OdooRPC with SQLAlchemy's ORM and dlt keep them in a file.
The sandbox answers as fast as real Odoos do, a slower and a faster one; then, for ours alone, as
fast as it can.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from statistics import fmean
from typing import Any

from benchmarks import processes
from benchmarks.odoo import REAL_PACES, Contacts, odoo_with
from benchmarks.processes import Took
from benchmarks.rounds import median, ratio, rounded
from benchmarks.service import seconds_of, service_for

Rivals = Mapping[str, tuple[str, int]]
ROUNDS = 5
RIVALS: Rivals = {
    "dlt": ("with_dlt", 3),
    "dlt_nulls": ("with_dlt_nulls", 3),
    "odoorpc": ("with_odoorpc", 2),
    "odoorpc_pages": ("with_odoorpc_pages", 2),
}
TARGETS = {"ours_to_bare_loop": 1.15, "dlt_to_ours": 2.2, "odoorpc_to_ours": 10.0}


def measure(rows: int) -> list[dict[str, Any]]:
    """Return seconds of each round, ours against the bare loop, and the rivals against ours."""
    there = {name: how for name, how in RIVALS.items() if find_spec(name.partition("_")[0])}
    results: list[dict[str, Any]] = []
    for pace in (*REAL_PACES, None):
        with odoo_with(rows, pace=pace) as contacts:
            results.append(_measured(contacts, there if pace else {}))
        if not contacts.odoo.ours:
            break  # it has a pace of its own
    return results


def _measured(contacts: Contacts, rivals: Rivals) -> dict[str, Any]:
    rounds = int(os.environ.get("ODOOSYNC_BENCH_ROUNDS", ROUNDS))
    took: dict[str, list[Took]] = {name: [] for name in ("bare_loop", "ours", *rivals)}
    for number in range(rounds):
        # Before and after ours, so that both met the same machine.
        bare = [processes.run("bare_loop", contacts)]
        took["ours"].append(first_sync(contacts))
        bare.append(processes.run("bare_loop", contacts))
        took["bare_loop"].append(_mean(bare))
        for name, (module, most) in rivals.items():
            if number < most:
                took[name].append(processes.run(module, contacts))
        _tell(number, took)
    return _result(contacts, took)


def first_sync(contacts: Contacts) -> Took:
    """Sync into an empty data folder through the service; its caller's seconds count."""
    with service_for(contacts.odoo) as service:
        before = service.processor_seconds()
        seconds, run = seconds_of(service.sync)
        processor = service.processor_seconds() - before
    if run["created"] != contacts.rows:
        raise RuntimeError(f"{run['created']} of {contacts.rows} rows were stored.")
    return Took(seconds, run["created"], run["pages"], run["bytes_received"], processor)


def _mean(some: Sequence[Took]) -> Took:
    return Took(fmean(one.seconds for one in some), processor=fmean(one.processor for one in some))


def _tell(number: int, took: dict[str, list[Took]]) -> None:
    newest = [f"{name} {of[-1].seconds:.2f} s" for name, of in took.items() if len(of) > number]
    print(f"  round {number + 1}: {', '.join(newest)}", flush=True)


def _result(contacts: Contacts, took: dict[str, list[Took]]) -> dict[str, Any]:
    seconds = {name: [one.seconds for one in of] for name, of in took.items()}
    ratios = {"ours_to_bare_loop": ratio(seconds["ours"], seconds["bare_loop"])}
    for name in seconds.keys() & RIVALS.keys():
        ratios[f"{name}_to_ours"] = ratio(seconds[name], seconds["ours"])
        ratios[f"{name}_to_bare_loop"] = ratio(seconds[name], seconds["bare_loop"])
    return {
        "server": contacts.server,
        "rows": contacts.rows,
        "seconds": {name: rounded(of) for name, of in seconds.items()},
        "median_seconds": {name: median(of) for name, of in seconds.items()},
        "median_processor_seconds": {
            name: median([one.processor for one in of]) for name, of in took.items()
        },
        "ratios": ratios,
        "targets": TARGETS,
    }
