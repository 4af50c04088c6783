"""An Odoo that accepts and never answers, beside one that does: the others notice nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from odoo_sandbox import Fault, SandboxServer, seed_world
from odoosync.clock import utc_now
from sandbox_logins import admin_of
from service import PROFILE, Caller, Service

NOUNS = ("contacts", "products")


@pytest.fixture
def hanging(service: Service, connected: Caller, odoo: SandboxServer) -> Iterator[list[Caller]]:
    """Two callers with more to sync than a worker has places, from an Odoo that hangs."""
    with service.registered() as second:
        second.post(PROFILE, admin_of(odoo))
        odoo.faults.add(Fault("hang"))
        for caller in (connected, second):
            for noun in NOUNS:
                caller.post(f"/api/v1/{noun}/sync", {"wait": False})
        yield [connected, second]
        for caller in (connected, second):
            for run in caller.get("/api/v1/runs")["items"]:
                caller.post(f"/api/v1/runs/{run['id']}/cancel", {})


@pytest.fixture
def healthy() -> Iterator[SandboxServer]:
    with SandboxServer(seed_world(19, contacts=50, products=5, clock=utc_now)) as server:
        yield server


def test_a_hanging_odoo_keeps_nobody_else_from_syncing(
    hanging: list[Caller], healthy: SandboxServer, service: Service
) -> None:
    with service.registered() as other:
        other.post(PROFILE, admin_of(healthy))
        for _ in range(3):
            for noun in NOUNS:
                assert other.post(f"/api/v1/{noun}/sync", {})["success"]
    states = [run["status"] for one in hanging for run in one.get("/api/v1/runs")["items"]]
    assert set(states) <= {"queued", "running"}


def test_its_owner_may_sync_another_odoo_meanwhile(
    hanging: list[Caller], healthy: SandboxServer
) -> None:
    hanging[0].post(PROFILE, admin_of(healthy))
    assert hanging[0].post("/api/v1/contacts/sync", {})["success"]


def test_a_connection_that_answers_shows_no_trouble(connected: Caller) -> None:
    (shown,) = connected.get("/api/v1/connections")["items"]
    assert shown["trouble"] is None


def test_an_odoo_that_is_off_is_told_with_when_it_is_asked_again(
    connected: Caller, odoo: SandboxServer
) -> None:
    odoo.stop()
    answers = [connected.post("/api/v1/contacts/sync", {}) for _ in range(4)]
    assert [answer["success"] for answer in answers] == [False] * 4
    assert "is asked again at" in answers[-1]["message"]
    (shown,) = connected.get("/api/v1/connections")["items"]
    assert shown["trouble"]["state"] == "left_alone"
    query = "{ connections { trouble { state code next_try_at } } }"
    (told,) = connected.post("/graphql", {"query": query})["data"]["connections"]
    assert (told["trouble"]["state"], told["trouble"]["code"]) == ("left_alone", "odoo_unreachable")
