from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from copies import ANNA, BERT, connect, keep
from odoosync.accounts.cross_tenant import User
from odoosync.accounts.users import disable_user
from odoosync.api.reading.feed import WantedChanges, list_changes, wait_for_changes
from odoosync.api.services import Services
from odoosync.api.shared_poll import SharedPoll
from odoosync.api.streams import MAX_PER_USER
from odoosync.connections.errors import NoConnection
from odoosync.crypto import KeyRing
from odoosync.db import Database, Tx
from odoosync.store.changes import Position, horizon
from waiting import PATIENCE_S, until

pytestmark = pytest.mark.dialect

Headers = dict[str, str]


@pytest.fixture
async def connection(database: Database, key_ring: KeyRing, anna: User) -> int:
    """A connection of anna's with one contact."""
    made = await connect(database, key_ring, anna.tenant_id)
    await keep(database, anna.tenant_id, made, {1: ANNA})
    return made


async def at_once() -> bool:
    return True


class Waiting:
    """Stands in for sleeping: notes what is held meanwhile, and lets `work` happen in the third.

    It sleeps until `all_wait` says that everybody whom the test sent waits.
    """

    def __init__(
        self,
        database: Database,
        work: Any = None,
        all_wait: Callable[[], Awaitable[bool]] = at_once,
    ) -> None:
        self.database, self.work, self.all_wait = database, work, all_wait
        self.spans: list[float] = []
        self.held: list[int] = []

    async def __call__(self, span: float) -> None:
        await until(self.all_wait)
        self.spans.append(span)
        self.held.append(self.database.engine.pool.checkedout())  # type: ignore[attr-defined]
        if len(self.spans) == 3 and self.work is not None:
            await self.work()


async def here() -> bool:
    return False


class CountedPoll(SharedPoll[None, Position]):
    """Counts how many callers wait for the look that comes next."""

    callers = 0

    async def next(self, *args: Any) -> Position | None:
        self.callers += 1
        return await super().next(*args)


async def after_all(database: Database, anna: User) -> WantedChanges:
    """Mean what comes after everything that there is now."""
    return WantedChanges((await list_changes(database, anna.tenant_id, WantedChanges())).next_after)


async def test_a_change_is_told_at_the_next_look_and_no_connection_was_held(
    database: Database, anna: User, connection: int
) -> None:
    wanted = await after_all(database, anna)

    async def change() -> None:
        await keep(database, anna.tenant_id, connection, {2: BERT})

    waiting = Waiting(database, change)
    feed = await wait_for_changes(
        database, anna.tenant_id, wanted, SharedPoll(sleep=waiting), wait_s=PATIENCE_S, is_gone=here
    )
    assert [change.record.odoo_id for change, _ in feed.changes] == [2]
    assert (waiting.spans, waiting.held) == ([0.5] * 3, [0] * 3)


async def test_all_of_a_tenant_who_wait_cost_one_look(
    database: Database, anna: User, connection: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0

    async def counted(tx: Tx) -> Position:
        nonlocal looks
        looks += 1
        return await horizon(tx)

    async def change() -> None:
        await keep(database, anna.tenant_id, connection, {2: BERT})

    wanted = await after_all(database, anna)

    async def all_wait() -> bool:
        return poll.callers == 8 * (len(waiting.spans) + 1)

    waiting = Waiting(database, change, all_wait)
    poll = CountedPoll(sleep=waiting)
    callers = [
        wait_for_changes(database, anna.tenant_id, wanted, poll, wait_s=PATIENCE_S, is_gone=here)
        for _ in range(8)
    ]
    together = asyncio.gather(*callers)
    monkeypatch.setattr("odoosync.api.reading.feed.horizon", counted)
    feeds = await together
    assert [len(feed.changes) for feed in feeds] == [1] * 8
    listed = 2 * len(feeds)  # each caller lists at its beginning and at its end
    assert (len(waiting.spans), looks - listed) == (3, 3)


@pytest.mark.usefixtures("connection")
async def test_what_is_there_already_is_told_at_once(database: Database, anna: User) -> None:
    waiting = Waiting(database)
    poll: SharedPoll[None, Position] = SharedPoll(sleep=waiting)
    feed = await wait_for_changes(
        database, anna.tenant_id, WantedChanges(), poll, wait_s=PATIENCE_S, is_gone=here
    )
    assert (len(feed.changes), waiting.spans) == (1, [])


@pytest.mark.usefixtures("connection")
async def test_nobody_looks_for_a_caller_who_left(database: Database, anna: User) -> None:
    async def gone() -> bool:
        return len(waiting.spans) == 2

    wanted, waiting = await after_all(database, anna), Waiting(database)
    feed = await wait_for_changes(
        database, anna.tenant_id, wanted, SharedPoll(sleep=waiting), wait_s=30, is_gone=gone
    )
    assert (feed.changes, len(waiting.spans)) == ([], 2)


async def test_one_who_stops_waiting_leaves_the_others_waiting(
    database: Database, anna: User, connection: int
) -> None:
    wanted = await after_all(database, anna)

    async def leave() -> None:
        first.cancel()
        await keep(database, anna.tenant_id, connection, {2: BERT})

    poll: SharedPoll[None, Position] = SharedPoll(sleep=Waiting(database, leave))
    first, second = (
        asyncio.create_task(
            wait_for_changes(
                database, anna.tenant_id, wanted, poll, wait_s=PATIENCE_S, is_gone=here
            )
        )
        for _ in range(2)
    )
    assert len((await second).changes) == 1
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_look_that_fails_is_told_to_all_who_wait() -> None:
    async def look(_keys: frozenset[str]) -> dict[str, str]:
        raise OSError

    async def sleep(_span: float) -> None: ...

    poll: SharedPoll[str, str] = SharedPoll(sleep=sleep)
    both = await asyncio.gather(
        poll.next(1, "a", look), poll.next(1, "b", look), return_exceptions=True
    )
    assert [type(error) for error in both] == [OSError, OSError]


async def test_a_user_waits_for_changes_so_many_times_at_once(
    client: httpx.AsyncClient, services: Services, signed_in: Headers, anna: User, connection: int
) -> None:
    del connection
    with ExitStack() as stack:
        for _ in range(MAX_PER_USER):
            stack.enter_context(services.streams.one_of(anna.id))
        refused = await client.get("/api/v1/changes?wait=1", headers=signed_in)
        looked = await client.get("/api/v1/changes", headers=signed_in)
    waited = await client.get("/api/v1/changes?wait=1", headers=signed_in)
    assert (refused.status_code, looked.status_code, waited.status_code) == (429, 200, 200)
    assert int(refused.headers["retry-after"]) > 0


async def test_a_connection_that_is_not_ones_own_is_not_waited_for(
    database: Database, anna: User
) -> None:
    with pytest.raises(NoConnection):
        await wait_for_changes(
            database,
            anna.tenant_id,
            WantedChanges(connection_id=99),
            SharedPoll(),
            wait_s=30,
            is_gone=here,
        )


async def test_rest_answers_while_it_waits(
    client: httpx.AsyncClient,
    signed_in: Headers,
    database: Database,
    anna: User,
    connection: int,
) -> None:
    params: dict[str, Any] = {"after": (await after_all(database, anna)).after, "wait": 30}
    asked = asyncio.create_task(client.get("/api/v1/changes", headers=signed_in, params=params))
    await asyncio.sleep(0.2)
    assert not asked.done()
    await keep(database, anna.tenant_id, connection, {2: BERT})
    async with asyncio.timeout(PATIENCE_S):
        answer = (await asked).json()
    assert [item["record"]["odoo_id"] for item in answer["items"]] == [2]


@pytest.mark.usefixtures("connection")
async def test_rest_answers_with_nothing_when_the_time_is_over(
    client: httpx.AsyncClient, signed_in: Headers, database: Database, anna: User
) -> None:
    after = (await after_all(database, anna)).after
    params: dict[str, Any] = {"after": after, "wait": 1}
    answer = (await client.get("/api/v1/changes", headers=signed_in, params=params)).json()
    assert answer == {"items": [], "next_after": after, "more": False}


@pytest.mark.parametrize("wait", [-1, 31, "long"])
async def test_nobody_waits_for_longer_than_may_be(
    client: httpx.AsyncClient, signed_in: Headers, wait: Any
) -> None:
    answer = await client.get("/api/v1/changes", headers=signed_in, params={"wait": wait})
    assert answer.status_code == 422


async def test_whoever_is_disabled_while_waiting_is_told_nothing(
    client: httpx.AsyncClient,
    services: Services,
    signed_in: Headers,
    anna: User,
    connection: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def change() -> None:
        await disable_user(services.accounts, "anna")
        await keep(services.database, anna.tenant_id, connection, {2: BERT})

    after = (await client.get("/api/v1/changes", headers=signed_in)).json()["next_after"]
    waiting = Waiting(services.database, change)
    monkeypatch.setattr(services.change_poll, "_sleep", waiting)
    asked = {"after": after, "wait": 30}
    answer = await client.get("/api/v1/changes", params=asked, headers=signed_in)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
