"""The sandbox on a real socket, and a client."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from odoo_sandbox import SandboxServer, seed_world
from odoo_sandbox.seeding import ADMIN_KEY
from odoosync.clock import utc_now
from waiting import PATIENCE_S


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(seed_world(19, 200, 20, clock=utc_now)) as running:
        yield running


@pytest.fixture
def client(server: SandboxServer) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"bearer {ADMIN_KEY}", "X-Odoo-Database": "odoo_db"}
    with httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE_S) as made:
        yield made
