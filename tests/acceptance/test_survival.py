"""What is never found in the data folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from odoosync.clock import utc_now
from odoosync.sandbox import SandboxServer, seed_world
from service import PASSWORD, PROFILE, running_service

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
