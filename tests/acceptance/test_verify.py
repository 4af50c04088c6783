"""How true the copy is, told over REST, GraphQL and the command, with the worker at work."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import create_engine, text

from odoo_sandbox import SandboxServer, World
from odoo_sandbox.faults import Fault
from odoosync.sync.runs import ENDED
from service import Caller, Service
from waiting import wait_until

QUERY = """mutation { verify(dataset: "contacts", repair: REPAIR)
    { success outcome message runs { dataset mode truth detail } } }"""


@pytest.fixture
def synced(connected: Caller) -> Caller:
    for noun in ("contacts", "products"):
        assert connected.post(f"/api/v1/{noun}/sync", {})["success"]
    return connected


def connection_of(caller: Caller) -> int:
    found: int = caller.get("/api/v1/connections")["items"][0]["id"]
    return found


def ended(caller: Caller, run_id: str) -> dict[str, Any] | None:
    run: dict[str, Any] = caller.get(f"/api/v1/runs/{run_id}")
    return run if run["status"] in ENDED else None


def verify(caller: Caller, **form: Any) -> dict[str, Any]:
    answer: dict[str, Any] = caller.post(
        f"/api/v1/connections/{connection_of(caller)}/verify", form
    )
    return answer


def lose(service: Service, caller: Caller, count: int) -> None:
    """Take rows out of the copy behind the service's back."""
    engine = create_engine(service.database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(
            text(
                "DELETE FROM records WHERE connection_id = :connection AND dataset = 'contacts' "
                "AND odoo_id IN (SELECT odoo_id FROM records WHERE connection_id = :connection "
                "AND dataset = 'contacts' ORDER BY odoo_id LIMIT :count)"
            ),
            {"connection": connection_of(caller), "count": count},
        )
    engine.dispose()


def test_a_synced_copy_is_true_in_all_its_datasets(synced: Caller) -> None:
    answer = verify(synced)
    assert (answer["success"], answer["outcome"], answer["errors"]) == (True, "equal", [])
    assert [(run["dataset"], run["truth"]) for run in answer["runs"]] == [
        ("contacts", 1.0),
        ("products", 1.0),
        ("product_variants", 1.0),
    ]


def test_damage_is_told_and_repaired(service: Service, synced: Caller) -> None:
    lose(service, synced, 3)
    found = verify(synced, datasets=["contacts"])
    assert (found["success"], found["runs"][0]["detail"]["missing"]) == (False, 3)
    assert "3 missing" in found["errors"][0]
    assert verify(synced, datasets=["contacts"], repair=True)["success"]
    assert verify(synced, datasets=["contacts"])["runs"][0]["truth"] == 1.0


def test_graphql_tells_and_repairs_the_same(service: Service, synced: Caller) -> None:
    lose(service, synced, 1)
    for repair, outcome in ((False, "differs"), (True, "equal"), (False, "equal")):
        answer = synced.graphql(QUERY.replace("REPAIR", str(repair).lower()))["verify"]
        assert (answer["success"], answer["outcome"]) == (outcome == "equal", outcome)
    (run,) = answer["runs"]
    assert (run["mode"], run["truth"], run["detail"]["missing"]) == ("verify", 1.0, 0)


def test_the_command_tells_a_copy_that_is_equal_behind_or_wrong(
    service: Service, synced: Caller, world: World
) -> None:
    command = ("verify", "--user", synced.username, "contacts")
    lose(service, synced, 1)
    ran = service.run(*command)
    assert (ran.returncode, "1 missing" in ran.stdout) == (1, True)
    assert service.run(*command, "--repair").returncode == 0
    ran = service.run(*command)
    assert (ran.returncode, "truth 1.0" in ran.stdout) == (0, True)
    assert "The copy equals Odoo." in ran.stdout
    world.execute("res.partner", "write", [1], {"ref": "changed"})
    ran = service.run(*command)
    assert (ran.returncode, "truth 1.0 as of 2" in ran.stdout) == (3, True)
    assert "1 row changed in Odoo since, sync again." in ran.stdout


def test_the_command_that_cannot_compare_says_so_by_a_code_of_its_own(
    service: Service, synced: Caller, odoo: SandboxServer
) -> None:
    odoo.faults.add(Fault("odoo_error", model="res.partner", name="builtins.ValueError"))
    assert service.run("verify", "--user", synced.username, "contacts").returncode == 4


def test_it_is_in_the_history_and_can_be_asked_for_without_waiting(synced: Caller) -> None:
    path = f"/api/v1/connections/{connection_of(synced)}/verify"
    asked = synced.http.post(path, json={"datasets": ["contacts"], "wait": False})
    run = asked.json()["runs"][0]
    assert (asked.status_code, run["mode"]) == (202, "verify")
    shown = wait_until(lambda: ended(synced, run["id"]))
    assert (shown["status"], shown["truth"], shown["fetched"]) == ("succeeded", 1.0, shown["total"])
    assert synced.get("/api/v1/runs", dataset="contacts", kind="verify")["items"] == [shown]


def test_a_strangers_connection_and_an_unknown_dataset_are_not_there(
    service: Service, synced: Caller
) -> None:
    path = f"/api/v1/connections/{connection_of(synced)}/verify"
    assert synced.http.post(path, json={"datasets": ["nothing"]}).status_code == 404
    with service.registered() as other:
        assert other.http.post(path, json={"datasets": 7}).status_code == 404


def test_with_a_writer_at_work_nothing_is_wrong(synced: Caller, world: World) -> None:
    people = world.execute("res.partner", "search", [["parent_id", "!=", False]])
    world.execute("res.partner", "unlink", people[:2])
    world.execute("res.partner", "write", people[2:5], {"ref": "changed"})
    world.execute("res.partner", "create", [{"name": "New"}])
    answer = verify(synced, datasets=["contacts"])
    assert (answer["success"], answer["outcome"]) == (True, "pending")
    assert "6 rows changed in Odoo since, sync again." in answer["message"]
    (run,) = answer["runs"]
    assert (run["truth"], run["detail"]["pending"]) == (1.0, 6)
    assert run["detail"]["as_of"] in answer["message"]
