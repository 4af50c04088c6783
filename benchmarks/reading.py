"""Pages of 100 contacts a second, over REST and GraphQL, against a bare SELECT served as bytes.

All three ask the same pages of the same file through the same uvicorn, in turn.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import orjson

from benchmarks.load import request, requests_a_second
from benchmarks.odoo import free_port, odoo_with, wait_for
from benchmarks.rounds import median, ratio, rounded
from benchmarks.service import Service, service_for

ROUNDS: Final = 3
PAGES: Final = 50
SECONDS: Final = 4.0
_FIELDS: Final = (
    "odoo_id active write_date synced_at name display_name is_company type email phone street "
    "street2 zip city vat ref website function lang tz category_id comment create_date "
    "parent_id { id name } state_id { id name } country_id { id name } company_id { id name }"
)


def measure(rows: int, seconds: float = SECONDS) -> dict[str, Any]:
    """Return requests a second of each, and how many times more the bare SELECT makes."""
    took: dict[str, list[float]] = {"bare_select": [], "rest": [], "graphql": []}
    with odoo_with(rows) as contacts, service_for(contacts.odoo) as service:
        service.sync()
        asked = _questions(service)
        with _bare(service.folder / "data" / "odoosync.sqlite3") as bare:
            for _ in range(ROUNDS):
                for name, requests in asked.items():
                    url = bare if name == "bare_select" else service.url
                    took[name].append(requests_a_second(url, requests, seconds=seconds))
    return {
        "server": contacts.server,
        "rows": contacts.rows,
        "requests_a_second": {name: rounded(values) for name, values in took.items()},
        "median_requests_a_second": {name: median(values) for name, values in took.items()},
        "ratios": {
            "bare_select_to_rest": ratio(took["bare_select"], took["rest"]),
            "bare_select_to_graphql": ratio(took["bare_select"], took["graphql"]),
        },
    }


def _questions(service: Service) -> dict[str, list[bytes]]:
    """Walk through the first pages; write down how each way asks for them."""
    told = {"Authorization": f"Bearer {service.token}"}
    typed = told | {"Content-Type": "application/json"}
    asked: dict[str, list[bytes]] = {"bare_select": [], "rest": [], "graphql": []}
    after, cursor = 0, None
    for _ in range(PAGES):
        path = "/api/v1/contacts?limit=100" + (f"&cursor={cursor}" if cursor else "")
        asked["bare_select"].append(request("GET", f"/?{after}", {}))
        asked["rest"].append(request("GET", path, told))
        asked["graphql"].append(request("POST", "/graphql", typed, _query(cursor)))
        page = service.get(path)
        after, cursor = page["items"][-1]["odoo_id"], page["next_cursor"]
        if cursor is None:
            break
    return asked


def _query(cursor: str | None) -> bytes:
    query = f"query($c: String) {{ contacts(limit: 100, cursor: $c) {{ items {{ {_FIELDS} }} }} }}"
    return orjson.dumps({"query": query, "variables": {"c": cursor}})


@contextmanager
def _bare(file: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare_select:app", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--no-access-log", "--log-level", "error"],
        env=os.environ | {"BENCH_SQLITE": str(file)},
    ) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/?0", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
