"""One service a database for the whole run; each test has a user and a sandbox Odoo of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from databases import new_database
from odoo_sandbox import SandboxServer, World, seed_world
from odoosync.clock import utc_now
from sandbox_logins import admin_of
from service import PROFILE, Caller, Service, running_service


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """The running service, on either database; anybody may register."""
    folder = tmp_path_factory.mktemp(request.param)
    url = f"sqlite:///{folder / 'data' / 'odoosync.sqlite3'}"
    if request.param == "postgresql":
        url = new_database(request.getfixturevalue("postgres_server"))
    with running_service(
        folder, url, ODOOSYNC_REGISTRATION="open", ODOOSYNC_ALLOWED_WEBHOOK_HOSTS="127.0.0.1:*"
    ) as running:
        yield running


@pytest.fixture
def world() -> World:
    return seed_world(19, contacts=300, products=60, seed=1, clock=utc_now)


@pytest.fixture
def odoo(world: World) -> Iterator[SandboxServer]:
    with SandboxServer(world) as server:
        yield server


@pytest.fixture
def caller(service: Service) -> Iterator[Caller]:
    with service.registered() as signed_in:
        yield signed_in


@pytest.fixture
def connected(caller: Caller, odoo: SandboxServer) -> Caller:
    """A caller who has stored the sandbox's credentials."""
    caller.post(PROFILE, admin_of(odoo))
    return caller
