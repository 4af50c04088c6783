"""A tenant's "Odoo" sends what no Odoo would while its credentials are tested: little is taken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace

import pytest

from odoo_sandbox import Fault, SandboxServer, seed_world
from odoosync.clock import utc_now
from odoosync.connections.testing import run_test
from odoosync.odoo.errors import OdooError
from odoosync.odoo.login import Login
from odoosync.odoo.messages import Answer, Request
from odoosync.odoo.transport import Transport, open_transport

SIZE = 10_000_000
SMALL = 64 * 1024
METHODS = ["", "version", "authenticate", "context_get", "read", "search_count", "search_read"]
FORGED = [
    Fault("forged", result="[]", size=SIZE, packing="gzip"),
    Fault("forged", result="[]", size=SIZE, packing="deflate"),
    Fault("forged", result="[]", size=SIZE),
    Fault("forged", result='"x"', size=SIZE, packing="br"),
    Fault("forged", result="1,NaN", size=SIZE),
    Fault("forged", result="[" * 30_000),
    Fault("forged", result="NaN"),
    Fault("forged", result='{"server_version": "18.0", "lang": "%s"}' % ("x" * 60_000)),
    Fault("huge", size=SIZE),
    Fault("odoo_error", size=SIZE),
    Fault("odoo_error", size=60_000, name="x" * 1_000),
]


@pytest.fixture
def hostile() -> Iterator[SandboxServer]:
    with SandboxServer(seed_world(18, contacts=5, products=2, clock=utc_now)) as running:
        yield running


@dataclass
class Watched:
    """A transport that notes how large the answers are that it gave."""

    transport: Transport
    sizes: list[int] = field(default_factory=list)

    async def handle(self, request: Request) -> Answer:
        answer = await self.transport.handle(request)
        self.sizes.append(len(answer.body))
        return answer


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    made = open_transport("http://127.0.0.1", ("127.0.0.1",))
    yield Watched(made)
    await made.close()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", FORGED, ids=lambda fault: f"{fault.kind}-{fault.packing}")
async def test_no_answer_is_taken_that_is_more_than_it_can_be(
    hostile: SandboxServer, watched: Watched, fault: Fault, method: str
) -> None:
    hostile.faults.add(replace(fault, method=method))
    login = Login.typed(url=hostile.url, database="odoo_db", username="admin", secret="admin")
    told = ""
    try:
        await run_test(watched, login, clock=utc_now)
    except OdooError as error:
        told = error.advice
    assert len(told) < 1_000
    assert max(watched.sizes, default=0) <= SMALL
