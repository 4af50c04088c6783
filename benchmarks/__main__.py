"""`make bench`: runs every benchmark, prints its ratios, writes docs/benchmarks.json."""

from __future__ import annotations

import json
import os
from pathlib import Path

from benchmarks.first_sync import measure

RESULTS = Path(__file__).parents[1] / "docs" / "benchmarks.json"


def main() -> None:
    rows = int(os.environ.get("ODOOSYNC_BENCH_ROWS", "100000"))
    found = {"first_sync": measure(rows)}
    RESULTS.write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))
    print(f"Written to {RESULTS.name}.")


if __name__ == "__main__":
    main()
