"""`make bench`: runs the benchmarks, prints their ratios, writes docs/benchmarks.json and a chart.

`ARGS="first_sync reading"` runs some of them and leaves the others' results as they stand;
ODOOSYNC_BENCH_RESULTS names another folder than docs/ for what is written.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from benchmarks import page
from odoosync.clock import iso, utc_now

DOCS: Final = Path(__file__).parents[1] / "docs"
NAMES: Final = (
    "first_sync",
    "later_syncs",
    "memory",
    "reading",
    "one_call_a_second",
    "neighbours",
    "jobs",
)


def main() -> None:
    rows = int(os.environ.get("ODOOSYNC_BENCH_ROWS", "100000"))
    wanted = sys.argv[1:] or list(NAMES)
    if unknown := set(wanted).difference(NAMES):
        raise SystemExit(f"There is no benchmark {', '.join(unknown)}. Known: {', '.join(NAMES)}.")
    folder = Path(os.environ.get("ODOOSYNC_BENCH_RESULTS", DOCS))
    results = folder / "benchmarks.json"
    found = json.loads(results.read_text()) if results.exists() else {}
    for name in wanted:
        print(f"{name} ...", flush=True)
        told = import_module(f"benchmarks.{name}").measure(rows)
        for result in told if isinstance(told, list) else [told]:
            print(json.dumps(result, indent=2), flush=True)
            # Kept apart by server, so that a real Odoo's figures stand beside the sandbox's.
            found.setdefault(name, {})[result["server"]] = result | _circumstances()
        results.write_text(json.dumps(found, indent=2) + "\n")
    if (folder / "benchmarks.md").exists():
        page.write(found, folder / "benchmarks.md")
    if find_spec("matplotlib"):
        import_module("benchmarks.chart").draw(found, folder / "benchmarks.png")
    print(f"Written to {results}.")


def _circumstances() -> dict[str, Any]:
    return {
        "at": iso(utc_now()),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


if __name__ == "__main__":
    main()
