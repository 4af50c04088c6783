"""The seed's own examples, unchanged but for the port that the test's service listens on."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from odoo_sandbox import SandboxServer
from sandbox_logins import admin_of
from service import PROFILE, Caller, Service, running_service

SEED = Path(__file__).parents[1] / "data" / "seed.md"


@pytest.fixture
def beside_its_odoo(tmp_path: Path, sqlite_url: str, odoo: SandboxServer) -> Iterator[Service]:
    """A service whose default Odoo is the sandbox: the seed's examples name no URL."""
    with running_service(tmp_path, sqlite_url, ODOOSYNC_DEFAULT_ODOO_URL=odoo.url) as running:
        yield running


def code_blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", SEED.read_text(), re.DOTALL)


def run_call(call: str, url: str, token: str) -> str:
    call = call.replace("http://localhost:8000", url).replace("YOUR_JWT_TOKEN", token)
    words = [*shlex.split(call.replace("\\\n", " ")), "-s"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_the_seeds_python_example_runs_unchanged(beside_its_odoo: Service) -> None:
    service = beside_its_odoo
    example = next(block for block in code_blocks("python") if "auth_response" in block)
    with service.signed_in("api_user"):
        ran = subprocess.run(
            [sys.executable, "-c", example.replace("http://localhost:8000", service.url)],
            capture_output=True,
            text=True,
            check=True,
        )
    assert "'message': 'Odoo credentials updated successfully'" in ran.stdout
    assert "Successfully synced" in ran.stdout


def test_the_seeds_curl_calls_run_unchanged(beside_its_odoo: Service) -> None:
    with beside_its_odoo.signed_in("api_user") as caller:
        token = caller.http.headers["Authorization"].removeprefix("Bearer ")
        calls = [block for block in code_blocks("bash") if block.startswith("curl")]
        outputs = [run_call(call, beside_its_odoo.url, token) for call in calls]
    assert '"Odoo credentials updated successfully"' in outputs[0]
    assert '"Odoo credentials test successful"' in outputs[1]
    assert "Successfully synced" in outputs[2]


def test_the_profile_answers_in_the_seeds_shapes(caller: Caller, odoo: SandboxServer) -> None:
    admin = admin_of(odoo)
    stored = caller.post(PROFILE, admin)
    beside = {name: stored.pop(name) for name in ("connection_id", "note")}
    assert beside == {
        "connection_id": caller.get("/api/v1/connections")["items"][0]["id"],
        "note": None,
    }
    assert stored == {
        "message": "Odoo credentials updated successfully",
        "odoo_uid": 2,
        "odoo_url": admin["odoo_url"],
        "odoo_database": "odoo_db",
    }
    assert caller.get(PROFILE) == admin
    tested = caller.post(f"{PROFILE}/test", admin)
    assert tested["message"] == "Odoo credentials test successful"
    assert set(tested) == {*stored, "contact_count", "product_count"}
    gone = caller.ok(caller.http.delete(PROFILE))
    assert gone == {"message": "Odoo credentials deleted successfully"}
    assert caller.http.get(PROFILE).status_code == 404


def test_a_sync_without_credentials_answers_as_the_seed_says(caller: Caller) -> None:
    answer = caller.graphql("mutation { sync_contacts_from_odoo { success message errors } }")
    assert answer["sync_contacts_from_odoo"] == {
        "success": False,
        "message": "User has no Odoo credentials configured",
        "errors": ["User has no Odoo credentials configured"],
    }


def test_a_sync_with_a_password_that_stopped_working_answers_as_the_seed_says(
    connected: Caller, odoo: SandboxServer
) -> None:
    account = odoo.world.account_of("admin")
    assert account is not None
    account.password = "changed"
    answer = connected.graphql("mutation { sync_contacts_from_odoo { success message errors } }")
    assert answer["sync_contacts_from_odoo"] == {
        "success": False,
        "message": "Odoo contact sync failed: Invalid Odoo credentials",
        "errors": ["Invalid Odoo credentials"],
    }


def test_the_message_counts_what_was_fetched(connected: Caller) -> None:
    answer = connected.post("/api/v1/contacts/sync", {})
    assert answer["message"] == f"Successfully synced {answer['run']['fetched']} contacts from Odoo"
    assert answer["run"]["fetched"] == answer["run"]["created"] > 300
