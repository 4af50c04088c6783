"""What is never found in the data folder, and what a worker lives through."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import full_worker
from odoo_sandbox import SandboxServer, seed_world
from odoosync.clock import utc_now
from service import PASSWORD, PROFILE, running_service
from waiting import PATIENCE_S, wait_until

ADMIN = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}


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


def test_a_worker_whose_memory_is_full_begins_anew_in_its_own_place(
    tmp_path: Path, sqlite_url: str
) -> None:
    world = seed_world(19, contacts=5, products=5, seed=3, clock=utc_now)
    log = tmp_path / "worker.log"
    with (
        SandboxServer(world) as odoo,
        running_service(
            tmp_path, sqlite_url, "--no-worker", ODOOSYNC_DEFAULT_ODOO_URL=odoo.url
        ) as service,
        service.signed_in("somebody") as caller,
        log.open("wb") as output,
    ):
        worker = subprocess.Popen(
            [sys.executable, full_worker.__file__, str(tmp_path / "was_full")],
            env=service.environment,
            stdout=output,
            stderr=output,
        )
        try:
            wait_until(lambda: log.read_bytes().count(b"worker_ready") == 2)
            assert b"worker_begins_anew" in log.read_bytes()
            caller.post(PROFILE, ADMIN)
            assert caller.post("/api/v1/contacts/sync", {})["success"]
        finally:
            worker.terminate()
            assert worker.wait(PATIENCE_S) == 0
