"""An Odoo that answers 429: a test waits for a near end of it, and the connection remembers it."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from commands import Run
from integration.connections.calling import ADMIN, ADMIN_OPTIONS, PROFILE, Calls
from odoo_sandbox import Fault, SandboxServer
from odoosync.clock import utc_now


def limited(retry_after: int | str | None, method: str = "") -> Fault:
    return Fault("status", status=429, retry_after=retry_after, times=1, method=method)


@pytest.mark.parametrize("method", ["version", "authenticate", "search_count"])
async def test_a_test_of_credentials_waits_for_what_is_near(
    calls: Calls, odoo: SandboxServer, method: str
) -> None:
    odoo.faults.add(limited(1, method))
    await calls.ok("POST", f"{PROFILE}/test", ADMIN)


async def test_it_waits_for_a_moment_that_is_near(calls: Calls, odoo: SandboxServer) -> None:
    soon = format_datetime(utc_now() + timedelta(seconds=2), usegmt=True)
    odoo.faults.add(limited(soon, "authenticate"))
    await calls.ok("POST", f"{PROFILE}/test", ADMIN)


async def test_it_does_not_wait_for_what_is_far(calls: Calls, odoo: SandboxServer) -> None:
    odoo.faults.add(limited(11, "authenticate"))
    assert await calls.refused("POST", f"{PROFILE}/test", ADMIN) == (422, "odoo_busy")


async def test_the_connection_shows_since_when_it_is_asked_slowly(
    calls: Calls, odoo: SandboxServer
) -> None:
    odoo.faults.add(limited(None, "authenticate"))
    made = await calls.create()
    assert made["rate_limited_since"]
    (shown,) = await calls.listed()
    assert shown["rate_limited_since"] == made["rate_limited_since"]
    query = {"query": "{ connections { rate_limited_since } }"}
    (told,) = (await calls.ok("POST", "/graphql", query))["data"]["connections"]
    assert told == {"rate_limited_since": made["rate_limited_since"]}


async def test_a_later_test_of_a_stored_connection_is_remembered_too(
    calls: Calls, odoo: SandboxServer
) -> None:
    made = await calls.create()
    assert made["rate_limited_since"] is None
    odoo.faults.add(limited(60, "authenticate"))
    path = f"/api/v1/connections/{made['id']}/test"
    assert await calls.refused("POST", path) == (422, "odoo_busy")
    (shown,) = await calls.listed()
    assert shown["rate_limited_since"]


def test_the_command_shows_it(of_anna: Run, odoo: SandboxServer) -> None:
    odoo.faults.add(limited(1, "authenticate"))
    told = of_anna("add", *ADMIN_OPTIONS, stdin="admin")
    assert "asked slowly since" in told
    assert "asked slowly since" in of_anna("list")
