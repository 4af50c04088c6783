from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from odoosync.clock import utc_now
from odoosync.sandbox import SandboxServer, World, seed_world
from service import Caller, Service, running_service


@pytest.fixture
def world() -> World:
    return seed_world(19, contacts=300, products=60, seed=1, clock=utc_now)


@pytest.fixture
def odoo(world: World) -> Iterator[SandboxServer]:
    with SandboxServer(world) as server:
        yield server


@pytest.fixture
def service(tmp_path: Path, database_url: str, odoo: SandboxServer) -> Iterator[Service]:
    """The service beside a sandbox Odoo that is its default one, on either database."""
    with running_service(tmp_path, database_url, ODOOSYNC_DEFAULT_ODOO_URL=odoo.url) as running:
        yield running


@pytest.fixture
def caller(service: Service) -> Iterator[Caller]:
    with service.signed_in() as signed_in:
        yield signed_in
