"""What a first sync adds to the memory of the service, from idle, at ten times more rows each time.

All that the service's processes hold together when it is most, looked at every 20 ms: the API, the
worker, and the process that it starts for large pages. Always against the sandbox. A million rows
take minutes: ODOOSYNC_BENCH_MILLION=1 asks for them.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

from benchmarks import proc
from benchmarks.odoo import described, sandbox
from benchmarks.service import Service, seconds_of, service_for

TARGET_MB: Final = 120
_SETTLE_S: Final = 3.0
_LOOKS_EVERY_S: Final = 0.02


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
        idle = _held(service)
        with ThreadPoolExecutor(1) as pool:
            syncing = pool.submit(seconds_of, service.sync)
            seen = [_held(service)]
            while not syncing.done():
                time.sleep(_LOOKS_EVERY_S)
                seen.append(_held(service))
        seconds, run = syncing.result()
        if run["created"] != contacts.rows:
            raise RuntimeError(f"{run['created']} of {contacts.rows} rows were stored.")
    highest = max(seen, key=lambda held: sum(held.values()))
    before = dict.fromkeys(highest, 0) | idle
    told = {
        name: {"idle_mb": _mb(before[name]), "growth_mb": _mb(highest[name] - before[name])}
        for name in highest
    }
    growth = _mb(sum(highest.values()) - sum(idle.values()))
    return told | {"growth_mb": growth, "seconds": round(seconds, 2)}


def _held(service: Service) -> dict[str, int]:
    """Return the bytes that each process of the service holds; one that ends meanwhile, none."""
    held: dict[str, int] = {}
    for name, pid in service.pids().items():
        with suppress(OSError, RuntimeError):
            held[name] = proc.resident(pid)
    return held


def _mb(size: int) -> float:
    return round(size / proc.MIB, 1)
