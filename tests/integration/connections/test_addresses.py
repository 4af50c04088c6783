"""What people type as the address of their Odoo: the server is asked what it means."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integration.connections.calling import ADMIN, CONNECTIONS, PROFILE, Calls
from odoo_sandbox import Fault, SandboxServer, seed_world
from odoosync.clock import utc_now
from odoosync.odoo import locating

BELOW = ["/odoo", "/erp", "/apps/prod/odoo", "/fr"]
PAGES_BELOW = ["", "/", "/web/login", "/odoo/contacts/7", "/jsonrpc", "/xmlrpc/2/object", "?db=x#y"]
PAGES = [
    "/jsonrpc",
    "/xmlrpc/2/common",
    "/json/2/res.partner/read",
    "/en_US/web/login",
    "/fr/shop/chairs",
    "/odoo",
    "/odoo/contacts",
    "/odoo/action-99/5/crm",
    "/web#action=7&model=res.partner",
    "/web/database/selector",
    "/my/home?debug=1",
]


@pytest.fixture(params=BELOW)
def below(request: pytest.FixtureRequest) -> Iterator[SandboxServer]:
    world = seed_world(18, contacts=5, products=2, clock=utc_now)
    with SandboxServer(world, path=request.param) as running:
        yield running


@pytest.fixture(params=[16, 18, 19])
def website(request: pytest.FixtureRequest) -> Iterator[SandboxServer]:
    world = seed_world(request.param, contacts=5, products=2, clock=utc_now)
    with SandboxServer(world, languages=("fr", "en_US")) as running:
        yield running


@pytest.fixture
def both() -> Iterator[SandboxServer]:
    """An Odoo at the root, and one below a path: here it is the same."""
    world = seed_world(18, contacts=5, products=2, clock=utc_now)
    with SandboxServer(world, languages=("erp",)) as running:
        yield running


async def meant(calls: Calls, *typed: str) -> set[str]:
    """Return where an Odoo was found for each of these addresses."""
    forms = [ADMIN | {"odoo_url": url} for url in typed]
    return {(await calls.ok("POST", f"{PROFILE}/test", form))["odoo_url"] for form in forms}


async def test_an_odoo_below_a_path_is_used_there(calls: Calls, below: SandboxServer) -> None:
    assert await meant(calls, *(below.url + page for page in PAGES_BELOW)) == {below.url}


async def test_a_page_of_an_odoo_at_the_root_means_the_root(
    calls: Calls, website: SandboxServer
) -> None:
    assert await meant(calls, *(website.url + page for page in PAGES)) == {website.url}


async def test_what_was_found_is_stored_and_shown(calls: Calls, below: SandboxServer) -> None:
    typed = ADMIN | {"odoo_url": f"{below.url}/web/login"}
    assert (await calls.ok("POST", PROFILE, typed))["odoo_url"] == below.url
    assert (await calls.ok("GET", PROFILE))["odoo_url"] == below.url
    (made,) = await calls.listed()
    assert (await calls.act(made["id"], "test"))["odoo_url"] == made["odoo_url"] == below.url


async def test_a_host_without_a_scheme_is_found(calls: Calls, website: SandboxServer) -> None:
    typed = ADMIN | {"odoo_url": f" {website.host}:{website.port}/web "}
    assert (await calls.ok("POST", f"{PROFILE}/test", typed))["odoo_url"] == website.url


async def test_two_spellings_are_one_connection(calls: Calls, below: SandboxServer) -> None:
    await calls.create(odoo_url=below.url)
    again = ADMIN | {"odoo_url": f"{below.url}/odoo/contacts"}
    assert await calls.refused("POST", CONNECTIONS, again) == (409, "connection_exists")


@pytest.mark.usefixtures("public_loopback")
async def test_no_secret_is_sent_where_no_odoo_answers(
    calls: Calls, website: SandboxServer
) -> None:
    website.faults.add(Fault("status", status=404))
    typed = ADMIN | {"odoo_url": f"{website.url}/erp"}
    assert await calls.refused("POST", CONNECTIONS, typed) == (422, "odoo_not_odoo")
    assert ("common", "authenticate") not in website.faults.calls


@pytest.mark.usefixtures("public_loopback")
async def test_what_stands_before_an_odoo_is_told_whatever_path_was_tried(
    calls: Calls, website: SandboxServer
) -> None:
    website.faults.add(Fault("status", status=403, times=3))
    website.faults.add(Fault("status", status=404))
    answer = await calls.ask("POST", CONNECTIONS, ADMIN | {"odoo_url": f"{website.url}/erp"})
    assert "wants a login of its own" in answer.json()["detail"]


async def test_web_pages_below_a_path_are_no_odoo(calls: Calls, website: SandboxServer) -> None:
    website.faults.add(Fault("page", method="nowhere"))
    assert await meant(calls, f"{website.url}/landing") == {website.url}


async def test_a_page_that_takes_its_time_does_not_keep_an_odoo_from_being_found(
    calls: Calls, website: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locating, "BELOW_ANOTHER_S", 0.1)
    website.faults.add(Fault("hang", method="nowhere", skip=1))  # 16 and 18 have no /web/version
    assert await meant(calls, f"{website.url}/landing/page") == {website.url}


async def test_of_an_odoo_at_the_root_and_one_below_a_path_the_longer_one_is_meant(
    calls: Calls, both: SandboxServer
) -> None:
    assert await meant(calls, f"{both.url}/erp", f"{both.url}/erp/web") == {f"{both.url}/erp"}
    assert await meant(calls, both.url) == {both.url}
