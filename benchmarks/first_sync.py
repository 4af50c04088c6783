"""The first sync of all contacts, from the call to its answer, against three ways of reading them.

Ours is the service itself: POST, lane, worker, store, deletions compared, answer. The bare loop
fetches the same pages and drops them; OdooRPC with SQLAlchemy's ORM and dlt keep them in a file.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from benchmarks import processes
from benchmarks.odoo import Contacts, odoo_with
from benchmarks.rounds import median, ratio, rounded
from benchmarks.service import seconds_of, service_for

ROUNDS = 5
RIVALS = {"dlt": ("with_dlt", 3), "odoorpc": ("with_odoorpc", 2)}
TARGETS = {"bare_loop": 1.15, "dlt": 2.2, "odoorpc": 10.0}


def measure(rows: int) -> dict[str, Any]:
    """Return seconds of each round, ours against the bare loop, and the rivals against ours."""
    took: dict[str, list[float]] = {"bare_loop": [], "ours": [], "ours_by_its_history": []}
    there = {name: how for name, how in RIVALS.items() if find_spec(name)}
    took |= {name: [] for name in there}
    with odoo_with(rows) as contacts:
        for number in range(ROUNDS):
            bare = [processes.run("bare_loop", contacts).seconds]
            ours, by_history = first_sync(contacts)
            bare.append(processes.run("bare_loop", contacts).seconds)
            took["bare_loop"].append(sum(bare) / 2)
            took["ours"].append(ours)
            took["ours_by_its_history"].append(by_history)
            for name, (module, rounds) in there.items():
                if number < rounds:
                    took[name].append(processes.run(module, contacts).seconds)
    return _result(contacts, took)


def first_sync(contacts: Contacts) -> tuple[float, float]:
    """Sync into an empty data folder; returns the caller's seconds, and the run's own."""
    with service_for(contacts.odoo) as service:
        took, run = seconds_of(service.sync)
        if run["created"] != contacts.rows:
            raise RuntimeError(f"{run['created']} of {contacts.rows} rows were stored.")
        return took, float(run["duration"])


def _result(contacts: Contacts, took: dict[str, list[float]]) -> dict[str, Any]:
    ratios = {"ours_to_bare_loop": ratio(took["ours"], took["bare_loop"])}
    for name in RIVALS:
        if took.get(name):
            ratios[f"{name}_to_ours"] = ratio(took[name], took["ours"])
            ratios[f"{name}_to_bare_loop"] = ratio(took[name], took["bare_loop"])
    return {
        "server": contacts.server,
        "rows": contacts.rows,
        "seconds": {name: rounded(values) for name, values in took.items()},
        "median_seconds": {name: median(values) for name, values in took.items()},
        "ratios": ratios,
        "targets": TARGETS,
    }
