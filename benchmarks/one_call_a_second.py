"""The first sync from a host under odoo.com: one call at a time, one a second.

The API and the worker run as shipped, in processes that resolve one name under odoo.com to the
sandbox. What is slow here is the pace that such hosts ask for; the answer to it is large pages.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any, Final

from benchmarks.named_loopback import NAME
from benchmarks.odoo import described, sandbox
from benchmarks.service import seconds_of, service_for

COMMAND: Final = (sys.executable, "-m", "benchmarks.named_loopback")
MOST_ROWS: Final = 100_000
TARGETS: Final = {"rows_a_second": 1_000}


def measure(rows: int) -> dict[str, Any]:
    with sandbox(min(rows, MOST_ROWS)) as odoo:
        contacts = described(odoo)
        named = replace(odoo, url=odoo.url.replace("127.0.0.1", NAME))
        with service_for(named, COMMAND, worker_apart=True) as service:
            took, run = seconds_of(service.sync)
    if run["created"] != contacts.rows:
        raise RuntimeError(f"{run['created']} of {contacts.rows} rows were stored.")
    if took < run["calls"] - 3:
        raise RuntimeError(f"{run['calls']} calls in {took:.1f} s: the pace was not kept.")
    return {
        "server": contacts.server,
        "rows": contacts.rows,
        "seconds": round(took, 2),
        "calls": run["calls"],
        "rows_a_second": round(contacts.rows / took),
        "targets": TARGETS,
    }
