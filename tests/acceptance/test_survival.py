"""What is left after kill -9, and what is never found in the data folder."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from odoosync.clock import utc_now
from odoosync.sandbox import Fault, SandboxServer, seed_world
from service import PASSWORD, PROFILE, Caller, running_service

ADMIN = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}


def wait_for_page(caller: Caller, run_id: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if caller.get(f"/api/v1/runs/{run_id}")["pages"]:
            return
        time.sleep(0.05)
    raise AssertionError("no page was stored")


def ended(caller: Caller, run_id: str) -> dict[str, object]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        run: dict[str, object] = caller.get(f"/api/v1/runs/{run_id}")
        if run["status"] not in {"queued", "running"}:
            return run
        time.sleep(0.2)
    raise AssertionError("the run did not end")


def test_a_service_killed_in_the_middle_of_a_sync_goes_on_where_it_was(
    tmp_path: Path, database_url: str
) -> None:
    world = seed_world(19, contacts=12_000, products=10, seed=2, clock=utc_now)
    with (
        SandboxServer(world) as odoo,
        running_service(tmp_path, database_url, ODOOSYNC_DEFAULT_ODOO_URL=odoo.url) as service,
        service.signed_in("somebody") as caller,
    ):
        caller.post(PROFILE, ADMIN)
        odoo.faults.add(Fault("latency", seconds=0.5, method="search_read"))
        run_id = caller.post("/api/v1/contacts/sync", {"wait": False})["run"]["id"]
        wait_for_page(caller, run_id)
        service.kill()
        service.start()
        run = ended(caller, run_id)
        count = world.execute("res.partner", "search_count", [], context={"active_test": False})
        assert run["status"] == "succeeded", run
        assert run["created"] == count
        assert count <= int(str(run["fetched"])) <= count + 5_000
        assert run["attempts"] == 2


@pytest.mark.parametrize("secret", ["hunter2-unmistakable-äß"])
def test_no_password_is_found_in_the_data_folder_or_the_logs(
    tmp_path: Path, sqlite_url: str, secret: str
) -> None:
    world = seed_world(19, contacts=5, products=5, seed=3, clock=utc_now)
    account = world.account_of("admin")
    assert account is not None
    account.password = secret
    with (
        SandboxServer(world) as odoo,
        running_service(tmp_path, sqlite_url, ODOOSYNC_DEFAULT_ODOO_URL=odoo.url) as service,
        service.signed_in("somebody") as caller,
    ):
        caller.post(PROFILE, ADMIN | {"odoo_password": secret})
        caller.post("/api/v1/contacts/sync", {})
        account.password = "changed"
        assert not caller.post("/api/v1/contacts/sync", {})["success"]
        found = subprocess.run(
            ["grep", "-raFl", "-e", secret, "-e", PASSWORD, str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert (found.returncode, found.stdout) == (1, "")
