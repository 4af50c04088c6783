"""A run is watched for as long as the caller is signed in, and the run is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest

from copies import connect
from odoosync.accounts import Principal
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.sessions import authenticate, sign_out
from odoosync.api.rest.run_stream import events_of
from odoosync.api.rest.runs import run_of
from odoosync.api.services import Services
from odoosync.api.shared_poll import SharedPoll
from odoosync.api.streams import MAX_IN_ALL, MAX_PER_USER, Streams
from odoosync.connections import store as connections
from odoosync.errors import TooMany
from odoosync.jobs import run_queue
from odoosync.jobs.tables import runs as run_table
from odoosync.sync import runs
from odoosync.sync.runs import Asked

Headers = dict[str, str]
_MANY = 100


@pytest.fixture
async def run(services: Services, anna: User) -> str:
    """A run of anna's that is queued."""
    made = await connect(services.database, services.key_ring, anna.tenant_id)
    async with services.database.tenant(anna.tenant_id) as tx:
        connection, wish = await connections.get(tx, made), Asked("api", anna.id)
        return (await runs.enqueue(tx, connection, "contacts", wish, services.clock())).run_id


@pytest.fixture
async def caller(services: Services, signed_in: Headers) -> Principal:
    return await authenticate(services.accounts, signed_in["Authorization"].split()[1])


async def looks(
    services: Services,
    signed_in: Headers,
    caller: Principal,
    run: str,
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
        return authenticate(services.accounts, signed_in["Authorization"].split()[1])

    polled = replace(services, run_poll=SharedPoll(sleep=sleep), streams=Streams(lambda: times / 2))
    first = await run_of(run, caller, polled)
    assert len([event async for event in events_of(first, caller, polled, again)]) == 1
    return times


async def test_a_stream_ends_soon_after_the_session(
    services: Services, signed_in: Headers, run: str, caller: Principal
) -> None:
    def leave() -> Awaitable[object]:
        return sign_out(services.accounts, caller)

    assert await looks(services, signed_in, caller, run, leave) <= 10


async def test_a_stream_ends_with_a_run_that_is_removed(
    services: Services, signed_in: Headers, run: str, caller: Principal
) -> None:
    async def remove() -> None:
        async with services.database.tenant(caller.tenant_id) as tx:
            await tx.execute(tx.delete(run_table).where(run_table.c.id == run))

    assert await looks(services, signed_in, caller, run, remove) == 3


async def test_a_user_watches_so_many_at_once(
    client: httpx.AsyncClient, services: Services, signed_in: Headers, run: str, caller: Principal
) -> None:
    async with services.database.tenant(caller.tenant_id) as tx:
        assert await run_queue.request_cancel(tx, run)
        await runs.note_withdrawn(tx, run, services.clock())
    address = f"/api/v1/runs/{run}/events"
    with ExitStack() as stack:
        for _ in range(MAX_PER_USER):
            stack.enter_context(services.streams.one_of(caller.user_id))
        refused = await client.get(address, headers=signed_in)
    watched = await client.get(address, headers=signed_in)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert (watched.status_code, watched.text[:10]) == (200, "event: end")


async def test_all_users_together_wait_so_many_times_at_once() -> None:
    streams = Streams()
    with ExitStack() as stack:
        for user_id in range(MAX_IN_ALL):
            stack.enter_context(streams.one_of(user_id))
        with pytest.raises(TooMany), streams.one_of(MAX_IN_ALL):
            pass
    with streams.one_of(MAX_IN_ALL):
        pass


async def test_streams_of_a_session_are_recognised_together(caller: Principal) -> None:
    now = [0.0]
    times = 0

    async def again() -> Principal:
        nonlocal times
        times += 1
        return caller

    streams = Streams(lambda: now[0])
    for now[0] in (0.0, 1.0, 3.0, 3.0, 4.0, 6.0):
        await streams.check_session(caller, again)
    assert times == 2


async def test_streams_of_many_runs_cost_one_look(services: Services, caller: Principal) -> None:
    looked: list[frozenset[str]] = []

    async def look(keys: frozenset[str]) -> dict[str, dict[str, str]]:
        looked.append(keys)
        return {key: {"id": key} for key in keys}

    names = [f"run-{number % 5}" for number in range(20)]
    waiting = [services.run_poll.next(caller.tenant_id, name, look) for name in names]
    found = await asyncio.gather(*waiting)
    assert [view["id"] for view in found if view] == names
    assert looked == [frozenset(names)]
