"""The seed's own examples, unchanged but for the port that the test's service listens on."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

from odoosync.sandbox import SandboxServer
from service import PROFILE, Caller, Service

SEED = Path(__file__).parents[1] / "data" / "seed.md"
ADMIN = {"odoo_username": "admin", "odoo_password": "admin", "odoo_database": "odoo_db"}


def code_blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", SEED.read_text(), re.DOTALL)


def test_the_seeds_python_example_runs_unchanged(service: Service) -> None:
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


def test_the_seeds_curl_calls_run_unchanged(caller: Caller, service: Service) -> None:
    token = caller.http.headers["Authorization"].removeprefix("Bearer ")
    outputs = []
    for block in code_blocks("bash"):
        if block.startswith("curl"):
            call = block.replace("http://localhost:8000", service.url)
            words = shlex.split(call.replace("YOUR_JWT_TOKEN", token).replace("\\\n", " "))
            ran = subprocess.run([*words, "-s"], capture_output=True, text=True, check=True)
            outputs.append(ran.stdout)
    assert '"Odoo credentials updated successfully"' in outputs[0]
    assert '"Odoo credentials test successful"' in outputs[1]
    assert "Successfully synced" in outputs[2]


def test_the_profile_answers_in_the_seeds_shapes(caller: Caller, odoo: SandboxServer) -> None:
    stored = caller.post(PROFILE, ADMIN)
    assert stored == {
        "message": "Odoo credentials updated successfully",
        "odoo_uid": 2,
        "odoo_url": odoo.url,
        "odoo_database": "odoo_db",
    }
    assert caller.get(PROFILE) == {**ADMIN, "odoo_url": odoo.url}
    tested = caller.post(f"{PROFILE}/test", ADMIN)
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
    caller: Caller, odoo: SandboxServer
) -> None:
    caller.post(PROFILE, ADMIN)
    account = odoo.world.account_of("admin")
    assert account is not None
    account.password = "changed"
    answer = caller.graphql("mutation { sync_contacts_from_odoo { success message errors } }")
    assert answer["sync_contacts_from_odoo"] == {
        "success": False,
        "message": "Odoo contact sync failed: Invalid Odoo credentials",
        "errors": ["Invalid Odoo credentials"],
    }


def test_the_message_counts_what_was_fetched(caller: Caller) -> None:
    caller.post(PROFILE, ADMIN)
    answer = caller.post("/api/v1/contacts/sync", {})
    assert answer["message"] == f"Successfully synced {answer['run']['fetched']} contacts from Odoo"
    assert answer["run"]["fetched"] == answer["run"]["created"] > 300
