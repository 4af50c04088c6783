"""`make bench`: runs the benchmarks, prints their ratios, writes docs/benchmarks.json and a chart.

`ARGS="first_sync reading"` runs some of them and leaves the others' results as they stand.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from odoosync.clock import iso, utc_now

DOCS: Final = Path(__file__).parents[1] / "docs"
RESULTS: Final = DOCS / "benchmarks.json"
NAMES: Final = ("first_sync",)


def main() -> None:
    rows = int(os.environ.get("ODOOSYNC_BENCH_ROWS", "100000"))
    wanted = sys.argv[1:] or list(NAMES)
    if unknown := set(wanted).difference(NAMES):
        raise SystemExit(f"There is no benchmark {', '.join(unknown)}. Known: {', '.join(NAMES)}.")
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for name in wanted:
        print(f"{name} ...", flush=True)
        result = import_module(f"benchmarks.{name}").measure(rows)
        print(json.dumps(result, indent=2), flush=True)
        # Kept apart by server, so that a real Odoo's figures stand beside the sandbox's.
        kind = "real" if os.environ.get("ODOOSYNC_BENCH_ODOO_URL") else "sandbox"
        found.setdefault(name, {})[kind] = result | _circumstances()
        RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    print(f"Written to docs/{RESULTS.name}.")


def _circumstances() -> dict[str, Any]:
    return {
        "at": iso(utc_now()),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


if __name__ == "__main__":
    main()
