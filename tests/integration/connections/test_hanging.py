"""An Odoo that hangs while its credentials are tested: an answer in time, that says where."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import cast

import pytest

from integration.connections.calling import ADMIN, CONNECTIONS, Calls
from integration.odoo.servers import Exchange, serving
from odoo_sandbox import Fault, SandboxServer, seed_world
from odoosync.api.app import ApiOptions, create_api
from odoosync.api.services import Services
from odoosync.clock import utc_now
from odoosync.connections.testing import run_test
from odoosync.odoo.deadline import Deadline
from odoosync.odoo.errors import TimedOut
from odoosync.odoo.login import Login
from odoosync.odoo.messages import Answer, Handler, Request
from odoosync.odoo.transport import Transport, open_transport
from served import client_of
from waiting import PATIENCE_S

pytestmark = pytest.mark.usefixtures("public_loopback")
SOON_S = 0.6
STAGES = [
    (Fault("hang"), "version", "asked for its version"),
    (Fault("stall"), "version", "asked for its version"),
    (Fault("drip", seconds=0.1, method="version"), "version", "asked for its version"),
    (Fault("hang", method="authenticate"), "login", "at the login"),
    (Fault("hang", method="context_get"), "login", "at the login"),
    (Fault("hang", model="res.users", method="read"), "rights", "rights of this login"),
    (Fault("hang", method="search_count"), "read", "counted and read"),
    (Fault("drip", seconds=0.1, method="search_read"), "read", "counted and read"),
]


@pytest.fixture
def slow() -> Iterator[SandboxServer]:
    with SandboxServer(seed_world(18, contacts=5, products=2, clock=utc_now)) as running:
        yield running


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    made = open_transport("http://127.0.0.1", ("127.0.0.1:*",))
    yield made
    await made.close()


@dataclass
class Impatient:
    """Gives up soon on the call that hangs, and on no other: the machine may be slow."""

    transport: Transport
    fault: Fault

    async def handle(self, request: Request) -> Answer:
        hangs = all(
            name in f"{request.url} {request.body!r}"
            for name in (self.fault.model, self.fault.method)
        )
        return await self.transport.handle(replace(request, timeout=SOON_S) if hangs else request)


async def hung(transport: Handler, url: str, seconds: float = PATIENCE_S) -> TimedOut:
    login = Login.typed(url=url, database="odoo_db", username="admin", secret="admin")
    with pytest.raises(TimedOut) as caught:
        await run_test(Deadline(transport, seconds), login, clock=utc_now)
    return caught.value


@pytest.mark.parametrize(("fault", "stage", "words"), STAGES)
async def test_it_is_given_up_and_told_where_it_hung(
    transport: Transport, slow: SandboxServer, fault: Fault, stage: str, words: str
) -> None:
    slow.faults.add(fault)
    error = await hung(Impatient(transport, fault), slow.url)
    assert (error.stage, words in error.advice) == (stage, True)


async def test_so_it_is_where_no_secure_connection_comes_about(transport: Transport) -> None:
    async with serving(Exchange.hang) as silent:
        error = await hung(transport, silent.url.replace("http:", "https:"), SOON_S)
    assert (error.stage, "no secure one" in error.message) == ("tls", True)


async def test_calls_that_are_answered_slowly_have_one_limit_together(
    transport: Transport, slow: SandboxServer
) -> None:
    slow.faults.add(Fault("latency", seconds=SOON_S / 3))
    assert (await hung(transport, slow.url, SOON_S)).code == "odoo_timed_out"
    assert len(slow.faults.calls) <= 4


async def test_the_answer_has_the_stage_and_nothing_is_stored(
    beside_odoo: Services,
    odoo: SandboxServer,
    options: ApiOptions,
    signed_in: dict[str, str],
) -> None:
    fault = Fault("hang", method="search_count")
    sender = cast("Transport", Impatient(beside_odoo.transport, fault))
    hurried = replace(beside_odoo, transport=sender, test_seconds=PATIENCE_S)
    odoo.faults.add(fault)
    async with client_of(create_api(hurried, options)) as client:
        calls = Calls(client, signed_in)
        answer = await calls.ask("POST", CONNECTIONS, ADMIN)
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["stage"]) == (
            422,
            "odoo_timed_out",
            "read",
        )
        assert await calls.listed() == []
