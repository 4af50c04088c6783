"""An API key on an Odoo 19 speaks JSON-2; nobody has to say so."""

from __future__ import annotations

from odoo_sandbox import SandboxServer
from odoo_sandbox.seeding import ADMIN_KEY
from sandbox_logins import admin_of
from service import PROFILE, Caller


def test_an_api_key_syncs_over_json2(caller: Caller, odoo: SandboxServer) -> None:
    caller.post(PROFILE, admin_of(odoo) | {"odoo_password": ADMIN_KEY})
    assert caller.get("/api/v1/connections")["items"][0]["protocol"] == "json2"
    answer = caller.post("/api/v1/contacts/sync", {})
    assert answer["success"], answer
    assert answer["run"]["created"] > 300


def test_a_key_that_is_no_key_is_told_apart_from_a_wrong_password(
    caller: Caller, odoo: SandboxServer
) -> None:
    wrong = admin_of(odoo) | {"odoo_password": ADMIN_KEY[::-1]}
    told = caller.http.post(PROFILE, json=wrong).json()
    assert (told["code"], told["stage"]) == ("odoo_api_key_rejected", "login")
    assert "API key" in told["detail"]
