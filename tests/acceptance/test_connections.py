"""Two users and Odoos of three versions, through the real service: nothing is mixed up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from apart import live_apart
from odoo_sandbox import SandboxServer, seed_world
from odoosync.clock import utc_now
from raw_odoo import RawOdoo
from service import Caller, Service


@pytest.fixture
def odoos() -> Iterator[list[RawOdoo]]:
    with ExitStack() as running:
        found = []
        for release, contacts in ((16, 30), (18, 40), (19, 50)):
            world = seed_world(release, contacts=contacts, products=2, seed=release, clock=utc_now)
            server = running.enter_context(SandboxServer(world))
            url = server.url.replace("127.0.0.1", "localhost")
            odoo = RawOdoo(url, "odoo_db", "admin", "admin")
            running.enter_context(odoo.http)
            found.append(odoo)
        yield found


def test_copies_cursors_and_histories_stay_apart(
    service: Service, caller: Caller, odoos: list[RawOdoo]
) -> None:
    with service.registered() as other:
        live_apart(caller, other, odoos)
