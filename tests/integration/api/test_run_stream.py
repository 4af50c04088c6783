"""A run is watched for as long as the caller is signed in, and the run is there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest

from copies import connect
from odoosync.accounts import Principal
from odoosync.accounts.directory import User
from odoosync.accounts.sessions import recognise, sign_out
from odoosync.api.rest.run_stream import events_of
from odoosync.api.services import Services
from odoosync.api.streams import MOST_STREAMS
from odoosync.sync import runs
from odoosync.sync.runs import Asked
from odoosync.sync.tables import runs as run_table

Headers = dict[str, str]
RUN = "run-1"
_MANY = 100


@pytest.fixture
async def run(services: Services, anna: User) -> str:
    """A run of anna's that is queued."""
    made = await connect(services.database, services.key_ring, anna.tenant_id)
    async with services.database.tenant(anna.tenant_id) as tx:
        lane = (made, "contacts", 1)
        await runs.enqueue(tx, RUN, lane, Asked("api", anna.id), services.clock())
    return RUN


@pytest.fixture
async def caller(services: Services, signed_in: Headers) -> Principal:
    return await recognise(services.accounts, signed_in["Authorization"].split()[1])


async def looks(
    services: Services,
    signed_in: Headers,
    caller: Principal,
    happen: Callable[[], Awaitable[object]],
) -> int:
    """Let something happen at the third look; returns how many looks there were."""
    times = 0

    async def sleep(_seconds: float) -> None:
        nonlocal times
        times += 1
        if times == 3:
            await happen()
        assert times < _MANY

    def again() -> Awaitable[Principal]:
        return recognise(services.accounts, signed_in["Authorization"].split()[1])

    stream = events_of(RUN, caller, services, again, sleep=sleep)
    assert len([event async for event in stream]) == 1
    return times


async def test_a_stream_ends_soon_after_the_session(
    services: Services, signed_in: Headers, run: str, caller: Principal
) -> None:
    del run
    assert (
        await looks(services, signed_in, caller, lambda: sign_out(services.accounts, caller)) <= 10
    )


async def test_a_stream_ends_with_a_run_that_is_removed(
    services: Services, signed_in: Headers, run: str, caller: Principal
) -> None:
    async def remove() -> None:
        async with services.database.tenant(caller.tenant_id) as tx:
            await tx.execute(tx.delete(run_table).where(run_table.c.id == run))

    assert await looks(services, signed_in, caller, remove) == 3


async def test_a_user_watches_so_many_at_once(
    client: httpx.AsyncClient, services: Services, signed_in: Headers, run: str, caller: Principal
) -> None:
    streams = [
        events_of(run, caller, services, lambda: recognise(services.accounts, ""))
        for _ in range(MOST_STREAMS)
    ]
    for stream in streams:
        await anext(stream)
    address = f"/api/v1/runs/{run}/events"
    refused = await client.get(address, headers=signed_in)
    for stream in streams:
        await stream.aclose()  # type: ignore[attr-defined]
    async with services.database.tenant(caller.tenant_id) as tx:
        await runs.finish(tx, run, "succeeded", services.clock())
    watched = await client.get(address, headers=signed_in)
    assert (refused.status_code, watched.status_code) == (429, 200)
    assert watched.text.startswith("event: end")
