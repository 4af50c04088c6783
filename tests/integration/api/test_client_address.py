"""By which address a caller is known, behind proxies that are trusted and others."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from odoosync.accounts import Accounts
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.tables import audit_trail
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from people import PASSWORD
from served import client_of

PROXY = "10.1.2.3"
TOKEN = "/api/v1/auth/token"


@pytest.fixture
def options() -> ApiOptions:
    return ApiOptions(trusted_proxies=(PROXY,))


async def _address_kept(accounts: Accounts) -> str:
    async with accounts.database.system(write=False) as tx:
        started = select(audit_trail.c.address).where(audit_trail.c.kind == "session.started")
        address: str = await tx.scalar(started)
        return address


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:4711", "203.0.113.7"),
        ("[2001:DB8::0:7]:4711", "2001:db8::7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", PROXY),
        ("<script>alert(1)</script>", PROXY),
        ("203.0.113.7, somebody", PROXY),
        ("fe80::1%zone", PROXY),
        ("", PROXY),
    ],
)
async def test_what_is_kept_of_a_caller_is_an_address(
    services: Services,
    options: ApiOptions,
    accounts: Accounts,
    anna: User,
    named: str,
    kept: str,
) -> None:
    form = {"username": anna.username, "password": PASSWORD}
    async with client_of(create_api(services, options), PROXY) as proxy:
        answer = await proxy.post(TOKEN, data=form, headers={"X-Forwarded-For": named})
    assert answer.status_code == 200
    assert await _address_kept(accounts) == kept


async def test_a_trusted_proxy_is_known_by_its_ipv6_spelling(
    services: Services, options: ApiOptions, accounts: Accounts, anna: User
) -> None:
    form = {"username": anna.username, "password": PASSWORD}
    async with client_of(create_api(services, options), f"::ffff:{PROXY}") as proxy:
        await proxy.post(TOKEN, data=form, headers={"X-Forwarded-For": "203.0.113.7"})
    assert await _address_kept(accounts) == "203.0.113.7"


async def _ask(client: httpx.AsyncClient, times: int = 1) -> None:
    for _ in range(times):
        await client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.7"})


@pytest.mark.parametrize("trusted", [(), (PROXY,)])
async def test_a_proxy_that_is_not_trusted_is_told_of_once(
    services: Services, trusted: tuple[str, ...]
) -> None:
    app = create_api(services, ApiOptions(trusted_proxies=trusted))
    async with client_of(app, "10.9.9.9") as stranger, client_of(app, PROXY) as proxy:
        with capture_logs() as lines:
            await _ask(stranger, 3)
            await _ask(proxy)
    told = [line["address"] for line in lines if "ODOOSYNC_TRUSTED_PROXIES" in line["event"]]
    assert told == (["10.9.9.9"] if trusted else ["10.9.9.9", PROXY])


async def test_those_told_of_are_bounded(services: Services) -> None:
    app = create_api(services, ApiOptions())
    with capture_logs() as lines:
        for number in range(50):
            async with client_of(app, f"10.9.9.{number}") as stranger:
                await _ask(stranger)
    told = [line for line in lines if "ODOOSYNC_TRUSTED_PROXIES" in line["event"]]
    assert len(told) == 20
