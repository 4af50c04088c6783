"""What a worker holds after many syncs, those of bad answers and those of many rows: it settles.

`--soak` alone runs this: it takes some twenty minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from ports import free_port
from service import PROFILE, Caller, Service, running_service
from waiting import wait_until

MIB = 2**20
TIMES, EARLY = 50, 5
MOST_GROWN = 128 * MIB
MANY = 100_000
ROOMY = {"ODOOSYNC_WORKER_MEGABYTES": "4096", "ODOOSYNC_SYNC_WAIT": "900"}
"""So that no worker begins anew, which would hide what it holds."""
LARGE = 60 * MIB
"""Almost what a page may have."""
PATIENCE_S = 900.0
LONG_ROW = '{"id": 1, "name": "%s"}' % ("x" * 1_000)
BAD_ANSWERS: list[dict[str, Any]] = [
    {"kind": "forged", "result": "[]", "size": LARGE},  # twenty million values
    {"kind": "forged", "result": LONG_ROW, "size": LARGE},  # the same row, sixty thousand times
    {"kind": "forged", "result": LONG_ROW.replace("1,", "NaN,"), "size": LARGE},
    {"kind": "forged", "result": "x", "size": LARGE},  # no JSON
    {"kind": "odoo_error", "size": LARGE},
    {"kind": "huge", "size": 2 * LARGE},
]
pytestmark = pytest.mark.soak


@contextmanager
def odoo(contacts: int) -> Iterator[httpx.Client]:
    """A sandbox in a process of its own, whose faults can be set."""
    port, program = free_port(), "from odoosync.cli.main import main; main()"
    given = ["sandbox", "--port", str(port), "--contacts", str(contacts), "--products", "1"]
    with subprocess.Popen(
        [sys.executable, "-c", program, *given], stdout=subprocess.DEVNULL
    ) as process:
        try:
            with httpx.Client(base_url=f"http://localhost:{port}", timeout=PATIENCE_S) as there:
                wait_until(lambda: answers(there))
                yield there
        finally:
            process.terminate()


def answers(there: httpx.Client) -> bool:
    try:
        return there.get("/web/version").status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def caller_of(service: Service, there: httpx.Client) -> Iterator[Caller]:
    with service.signed_in("somebody") as caller:
        caller.http.timeout = httpx.Timeout(PATIENCE_S)
        login = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}
        caller.post(PROFILE, login | {"odoo_url": str(there.base_url).rstrip("/")})
        yield caller


def held(service: Service) -> int:
    """Return the bytes that the worker holds."""
    worker = service.worker()
    assert worker is not None
    pages = int(Path(f"/proc/{worker}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def tell(what: str, seen: list[int]) -> None:
    after = {n: seen[n - 1] // MIB for n in (1, EARLY, len(seen) // 2, len(seen))}
    print(f"{what}: {after} MiB after so many, {max(seen) // MIB} at most")  # noqa: T201


@pytest.mark.timeout(0)
def test_failed_syncs_of_the_largest_bad_answers_leave_nothing(
    tmp_path: Path, sqlite_url: str
) -> None:
    with (
        odoo(5) as there,
        running_service(tmp_path, sqlite_url, **ROOMY) as service,
        caller_of(service, there) as caller,
    ):
        seen = []
        for turn in range(TIMES):
            fault = BAD_ANSWERS[turn % len(BAD_ANSWERS)]
            there.post("/sandbox/faults", json=fault | {"method": "search_read"})
            assert not caller.post("/api/v1/contacts/sync", {"full": True})["success"]
            there.delete("/sandbox/faults")
            assert caller.post("/api/v1/products/sync", {})[
                "success"
            ]  # else it would be left alone
            seen.append(held(service))
        tell("failed", seen)
        assert max(seen[EARLY:]) < max(seen[:EARLY]) + MOST_GROWN


@pytest.mark.timeout(0)
def test_syncs_of_many_rows_leave_nothing(tmp_path: Path, sqlite_url: str) -> None:
    with (
        odoo(MANY) as there,
        running_service(tmp_path, sqlite_url, **ROOMY) as service,
        caller_of(service, there) as caller,
    ):
        seen = []
        for _ in range(TIMES):
            answer = caller.post("/api/v1/contacts/sync", {"full": True})
            assert answer["success"], answer
            assert answer["run"]["fetched"] >= MANY
            seen.append(held(service))
        tell("of many rows", seen)
        assert max(seen[EARLY:]) < max(seen[:EARLY]) + MOST_GROWN
