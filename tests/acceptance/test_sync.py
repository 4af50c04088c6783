"""What a user sees of the copy, through the real service, its worker, and a sandbox Odoo."""

from __future__ import annotations

from typing import Any

import pytest

from odoo_sandbox import Fault, SandboxServer, World
from sandbox_logins import admin_of
from service import PROFILE, Caller, Service


@pytest.fixture
def synced(connected: Caller) -> Caller:
    """A caller whose contacts and products have been synced once."""
    sync(connected)
    sync(connected, "products")
    return connected


def sync(caller: Caller, noun: str = "contacts", **form: Any) -> dict[str, Any]:
    answer = caller.post(f"/api/v1/{noun}/sync", form)
    assert answer["success"], answer
    run: dict[str, Any] = answer["run"]
    return run


def counts(run: dict[str, Any]) -> dict[str, int]:
    return {name: run[name] for name in ("created", "updated", "deleted")}


def contact(caller: Caller, odoo_id: int, **params: Any) -> dict[str, Any] | None:
    page = caller.get("/api/v1/contacts", limit=1000, **params)
    return next((item for item in page["items"] if item["odoo_id"] == odoo_id), None)


def a_person(world: World) -> int:
    found = world.execute("res.partner", "search", [["parent_id", "!=", False]], limit=1)
    person: int = found[0]
    return person


def test_an_odoo_below_a_path_is_synced_there(caller: Caller, world: World) -> None:
    with SandboxServer(world, path="/odoo") as below:
        form = admin_of(below)
        caller.post(PROFILE, form | {"odoo_url": f"{form['odoo_url']}/odoo/contacts"})
        assert sync(caller)["created"] >= 300


def test_a_second_sync_finds_nothing_new(synced: Caller) -> None:
    run = sync(synced)
    assert (run["mode"], counts(run)) == (
        "incremental",
        {"created": 0, "updated": 0, "deleted": 0},
    )


def test_a_changed_a_cleared_and_an_archived_row_arrive(synced: Caller, world: World) -> None:
    person = a_person(world)
    changes = {"function": "Buyer", "phone": False, "active": False}
    world.execute("res.partner", "write", [person], changes)
    assert counts(sync(synced))["updated"] == 1
    kept = contact(synced, person)
    assert kept is not None
    assert (kept["function"], kept["phone"], kept["active"]) == ("Buyer", None, False)


def test_a_deleted_row_leaves_the_list_and_is_kept_as_deleted(synced: Caller, world: World) -> None:
    person = a_person(world)
    world.execute("res.partner", "unlink", [person])
    assert counts(sync(synced)) == {"created": 0, "updated": 0, "deleted": 1}
    assert contact(synced, person) is None
    kept = contact(synced, person, include_deleted=True)
    assert kept is not None
    assert kept["deleted_at"] is not None


def test_many_deletions_at_once_wait_for_a_confirmation(synced: Caller, world: World) -> None:
    people = world.execute("res.partner", "search", [["parent_id", "!=", False]])
    gone = people[: len(people) // 2]
    world.execute("res.partner", "unlink", gone)
    held = sync(synced)
    assert (held["deleted"], held["held_back"]) == (0, len(gone))
    assert "confirm_deletions" in held["note"]
    assert sync(synced, confirm_deletions=True)["deleted"] == len(gone)


def test_a_tag_added_from_the_tags_side_arrives(synced: Caller, world: World) -> None:
    person = a_person(world)
    (tag,) = world.execute("res.partner.category", "create", [{"name": "New tag"}])
    world.execute("res.partner.category", "write", [tag], {"partner_ids": [[4, person]]})
    sync(synced)
    kept = contact(synced, person)
    assert kept is not None
    assert tag in kept["category_id"]


def test_many2one_values_come_with_their_names(synced: Caller, world: World) -> None:
    person = a_person(world)
    rows = world.execute("res.partner", "read", [person], ["parent_id", "country_id"])
    kept = contact(synced, person)
    assert kept is not None
    for name in ("parent_id", "country_id"):
        pair = rows[0][name]
        assert kept[name] == ({"id": pair[0], "name": pair[1]} if pair else None)


def test_a_renamed_parent_shows_its_new_name_at_its_children(synced: Caller, world: World) -> None:
    person = a_person(world)
    parent = world.execute("res.partner", "read", [person], ["parent_id"])[0]["parent_id"][0]
    world.execute("res.partner", "write", [parent], {"name": "Quite Another"})
    sync(synced)
    kept = contact(synced, person)
    assert kept is not None
    assert kept["parent_id"] == {"id": parent, "name": "Quite Another"}


def test_an_extra_field_is_kept_once_it_is_named(synced: Caller) -> None:
    connection = synced.get("/api/v1/connections")["items"][0]["id"]
    form = {"extra_fields": {"contacts": ["commercial_partner_id"]}}
    synced.ok(synced.http.patch(f"/api/v1/connections/{connection}", json=form))
    run = sync(synced)
    assert run["mode"] == "full"
    shown = synced.get("/api/v1/contacts", limit=1)["items"][0]
    absent = shown["commercial_partner_id"] is None
    assert absent == ("commercial_partner_id" in (run["drift"] or []))


def test_variants_come_with_their_templates(synced: Caller, world: World) -> None:
    variants = synced.get("/api/v1/records/product_variants", limit=1000)["items"]
    expected = world.execute("product.product", "search_count", [], context={"active_test": False})
    assert len(variants) == expected
    assert {"id", "name"} == set(variants[0]["product_tmpl_id"])


def test_a_flaky_odoo_is_asked_again(synced: Caller, odoo: SandboxServer) -> None:
    odoo.faults.add(Fault("status", times=2, method="search_read"))
    assert sync(synced)["status"] == "succeeded"


def test_an_unreachable_odoo_is_said_and_deletes_nothing(
    synced: Caller, odoo: SandboxServer
) -> None:
    before = len(synced.get("/api/v1/contacts", limit=1000)["items"])
    odoo.stop()
    answer = synced.post("/api/v1/contacts/sync", {})
    assert (answer["success"], answer["run"]["error_code"]) == (False, "odoo_unreachable")
    assert answer["message"].startswith("Odoo contact sync failed: ")
    assert len(synced.get("/api/v1/contacts", limit=1000)["items"]) == before


def test_without_waiting_the_answer_comes_at_once(synced: Caller) -> None:
    answer = synced.http.post("/api/v1/contacts/sync", json={"wait": False})
    assert answer.status_code == 202
    assert answer.json()["run"]["status"] in {"queued", "running"}


def test_the_history_tells_who_how_and_how_many(synced: Caller) -> None:
    run = synced.get("/api/v1/runs", dataset="contacts")["items"][0]
    assert (run["status"], run["odoo_login"], run["odoo_version"]) == ("succeeded", "admin", "19.0")
    assert run["fetched"] == run["created"] == run["total"] > 300
    assert synced.get(f"/api/v1/runs/{run['id']}") == run


def test_a_deleted_connection_comes_back_with_its_copy(synced: Caller, odoo: SandboxServer) -> None:
    before = synced.get("/api/v1/contacts", limit=1000)["items"]
    synced.ok(synced.http.delete(PROFILE))
    assert synced.get("/api/v1/contacts")["items"] == []
    synced.post(PROFILE, admin_of(odoo))
    assert synced.get("/api/v1/contacts", limit=1000)["items"] == before


def test_users_see_nothing_of_each_other(synced: Caller, service: Service) -> None:
    run = synced.get("/api/v1/runs")["items"][0]["id"]
    connection = synced.get("/api/v1/connections")["items"][0]["id"]
    with service.registered() as other:
        assert other.get("/api/v1/contacts") == {"items": [], "next_cursor": None}
        for path in (f"/api/v1/runs/{run}", f"/api/v1/connections/{connection}"):
            assert other.http.get(path).status_code == 404
        form = {"connection_id": connection}
        assert other.http.post("/api/v1/contacts/sync", json=form).status_code == 404
