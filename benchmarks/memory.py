"""What a first sync adds to the memory of the service, from idle, at ten times more rows each time.

The growth of the API process and of the worker, each by its peak as Linux keeps it, and all of the
process that the worker starts for large pages. Always against the sandbox. A million rows take
minutes: ODOOSYNC_BENCH_MILLION=1 asks for them.
"""

from __future__ import annotations

import os
import time
from typing import Any, Final

from benchmarks import proc
from benchmarks.odoo import described, sandbox
from benchmarks.service import seconds_of, service_for

TARGET_MB: Final = 120
_SETTLE_S: Final = 3.0


def measure(rows: int) -> dict[str, Any]:
    sizes = [max(1, rows // 10), rows]
    if os.environ.get("ODOOSYNC_BENCH_MILLION"):
        sizes.append(rows * 10)
    print(f"Syncing {' and '.join(f'{size:,}' for size in sizes)} rows.", flush=True)
    return {
        "server": "sandbox",
        "rows": rows,
        "by_rows": {str(size): _growth(size) for size in sizes},
        "targets": {"growth_mb": TARGET_MB},
    }


def _growth(rows: int) -> dict[str, Any]:
    with sandbox(rows) as odoo, service_for(odoo) as service:
        contacts = described(odoo)
        time.sleep(_SETTLE_S)
        pids = service.pids()
        idle = {name: proc.resident(pid) for name, pid in pids.items()}
        for pid in pids.values():
            proc.forget_peak(pid)
        seconds, run = seconds_of(service.sync)
        if run["created"] != contacts.rows:
            raise RuntimeError(f"{run['created']} of {contacts.rows} rows were stored.")
        highest = {name: proc.peak(pid) for name, pid in service.pids().items()}
    before = dict.fromkeys(highest, 0) | idle
    told = {
        name: {"idle_mb": _mb(before[name]), "growth_mb": _mb(highest[name] - before[name])}
        for name in highest
    }
    growth = _mb(sum(highest.values()) - sum(idle.values()))
    return told | {"growth_mb": growth, "seconds": round(seconds, 2)}


def _mb(size: int) -> float:
    return round(size / proc.MIB, 1)
