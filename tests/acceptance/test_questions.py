"""Held-back deletions and a restored database, shown and confirmed as a person would."""

from __future__ import annotations

import re
from typing import Any

import pytest

from odoo_sandbox import World
from service import Caller, Service

PARTNER = "res.partner"


@pytest.fixture
def gone(connected: Caller, world: World) -> int:
    """How many contacts are gone since the first sync, and were held back by the second."""
    assert sync(connected)["success"]
    people = world.execute(PARTNER, "search", [["parent_id", "!=", False]])
    ids = people[: len(people) // 2]
    world.execute(PARTNER, "unlink", ids)
    answer = sync(connected)
    assert (answer["success"], answer["errors"], answer["run"]["held_back"]) == (True, [], len(ids))
    assert "confirm_deletions" in answer["run"]["note"]
    return len(ids)


def sync(caller: Caller) -> dict[str, Any]:
    answer: dict[str, Any] = caller.post("/api/v1/contacts/sync", {})
    return answer


def of(caller: Caller, path: str) -> str:
    return f"/api/v1/connections/{caller.get('/api/v1/connections')['items'][0]['id']}/{path}"


def test_what_is_shown_is_confirmed_and_marked(connected: Caller, gone: int) -> None:
    (one,) = connected.get(of(connected, "deletions"))["items"]
    assert (one["gone"], one["seems"]) == (gone, "deleted")
    form = {"dataset": "contacts", "fingerprint": one["fingerprint"]}
    answer = connected.post(of(connected, "deletions/confirm"), form)
    assert answer["message"] == f"Confirmed: {gone:,} contacts marked as deleted, 0 as hidden"
    assert (answer["run"]["deleted"], answer["run"]["note"]) == (gone, None)
    assert connected.get(of(connected, "deletions"))["items"] == []


def test_what_is_held_back_is_told_wherever_a_success_is(
    service: Service, connected: Caller, gone: int
) -> None:
    seed = "Successfully synced 0 contacts from Odoo"
    told = f"{seed}. {gone:,} contacts seem gone from Odoo, and none is marked as deleted until "
    answer = sync(connected)
    assert (answer["success"], answer["message"].startswith(told)) == (True, True)
    query = "mutation { sync_contacts_from_odoo { message } }"
    answer = connected.post("/graphql", {"query": query})["data"]["sync_contacts_from_odoo"]
    assert answer["message"].startswith(told)
    datasets = {one["name"]: one["held_back"] for one in connected.get("/api/v1/datasets")["items"]}
    assert datasets == {"contacts": gone, "products": 0, "product_variants": 0}
    query = "{ datasets { held_back } sync_runs(limit: 1) { items { held_back note } } }"
    shown = connected.post("/graphql", {"query": query})["data"]
    assert shown["datasets"][0]["held_back"] == gone
    assert (shown["sync_runs"]["items"][0]["held_back"]) == gone
    line = service.run("runs", "--user", connected.username, "--limit", "1").stdout
    assert f"{gone:,} held back  {gone:,} of " in line


def test_a_command_that_holds_deletions_back_exits_with_3(
    service: Service, connected: Caller, gone: int
) -> None:
    user = ("--user", connected.username)
    assert service.run("sync", "products", *user).returncode == 0
    ran = service.run("sync", "contacts", *user)
    assert (ran.returncode, f"{gone:,} held back" in ran.stdout) == (3, True)
    assert service.run("sync", "contacts", *user, "--confirm-deletions").returncode == 0
    assert service.run("sync", "contacts", *user).returncode == 0


def test_the_commands_show_and_confirm_the_same(
    service: Service, connected: Caller, gone: int
) -> None:
    user = ("--user", connected.username)
    listed = service.run("deletions", "list", *user).stdout
    connection_id = connected.get("/api/v1/connections")["items"][0]["id"]
    assert listed.startswith(f"connection {connection_id}  contacts: {gone:,} of ")
    mark = re.findall(r"fingerprint ([0-9a-f]+)", listed)[0]
    ran = service.run("deletions", "confirm", "contacts", *user, "--fingerprint", mark)
    assert (ran.returncode, f"{gone:,} deleted" in ran.stdout) == (0, True), ran.stderr
    left = service.run("deletions", "list", *user)
    assert (left.stdout, left.stderr) == ("", "Nothing is held back; nothing is to do.\n")
    again = service.run("deletions", "confirm", *user)
    assert (again.returncode, "Nothing waits for a confirmation" in again.stderr) == (1, True)


def test_a_restored_database_is_confirmed_by_a_command(
    service: Service, connected: Caller, world: World
) -> None:
    sync(connected)
    (person,) = world.execute(PARTNER, "search", [["parent_id", "!=", False]], limit=1)
    before = world.table(PARTNER).rows[person]
    world.execute(PARTNER, "write", [person], {"ref": "later", "write_date": "2099-01-01 00:00:00"})
    sync(connected)
    world.table(PARTNER).put([before])
    assert sync(connected)["run"]["error_code"] == "odoo_database_restored"
    assert connected.get(of(connected, "restored"))["items"][0]["dataset"] == "contacts"
    ran = service.run("confirm-restored", "--user", connected.username)
    assert (ran.returncode, ran.stdout.startswith("contacts: ")) == (0, True), ran.stderr
    assert connected.get(of(connected, "restored"))["items"] == []
    assert sync(connected)["success"]


def test_nothing_set_aside_is_told_by_the_command(service: Service, connected: Caller) -> None:
    ran = service.run("set-aside", "--user", connected.username)
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr == "Nothing is set aside; nothing is to do.\n"
