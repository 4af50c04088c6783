from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from copies import ANNA, BERT, connect, keep
from odoosync.accounts.directory import User
from odoosync.api.reading.feed import WantedChanges, wait_for_changes
from odoosync.connections.errors import NoConnection
from odoosync.crypto import KeyRing
from odoosync.db import Database
from waiting import PATIENCE_S

Headers = dict[str, str]


@pytest.fixture
async def connection(database: Database, key_ring: KeyRing, anna: User) -> int:
    """A connection of anna's with one contact."""
    made = await connect(database, key_ring, anna.tenant_id)
    await keep(database, anna.tenant_id, made, {1: ANNA})
    return made


class Waiting:
    """Stands in for sleeping: notes what is held meanwhile, and lets `work` happen in the third."""

    def __init__(self, database: Database, work: Any = None) -> None:
        self.database, self.work = database, work
        self.spans: list[float] = []
        self.held: list[int] = []

    async def __call__(self, span: float) -> None:
        self.spans.append(span)
        self.held.append(self.database.engine.pool.checkedout())  # type: ignore[attr-defined]
        if len(self.spans) == 3 and self.work is not None:
            await self.work()


async def here() -> bool:
    return False


async def after_all(database: Database, anna: User) -> WantedChanges:
    """Mean what comes after everything that there is now."""
    look = await wait_for_changes(database, anna.tenant_id, WantedChanges(), wait_s=0, is_gone=here)
    return WantedChanges(look.next_after)


async def test_a_change_is_told_at_the_next_look_and_no_connection_was_held(
    database: Database, anna: User, connection: int
) -> None:
    wanted = await after_all(database, anna)

    async def change() -> None:
        await keep(database, anna.tenant_id, connection, {2: BERT})

    waiting = Waiting(database, change)
    feed = await wait_for_changes(
        database, anna.tenant_id, wanted, wait_s=30, is_gone=here, sleep=waiting
    )
    assert [change.record.odoo_id for change, _ in feed.changes] == [2]
    assert (waiting.spans, waiting.held) == ([0.5] * 3, [0] * 3)


@pytest.mark.usefixtures("connection")
async def test_what_is_there_already_is_told_at_once(database: Database, anna: User) -> None:
    waiting = Waiting(database)
    feed = await wait_for_changes(
        database, anna.tenant_id, WantedChanges(), wait_s=30, is_gone=here, sleep=waiting
    )
    assert (len(feed.changes), waiting.spans) == (1, [])


@pytest.mark.usefixtures("connection")
async def test_nobody_looks_for_a_caller_who_left(database: Database, anna: User) -> None:
    async def gone() -> bool:
        return len(waiting.spans) == 2

    wanted, waiting = await after_all(database, anna), Waiting(database)
    feed = await wait_for_changes(
        database, anna.tenant_id, wanted, wait_s=30, is_gone=gone, sleep=waiting
    )
    assert (feed.changes, len(waiting.spans)) == ([], 2)


async def test_a_connection_that_is_not_ones_own_is_not_waited_for(
    database: Database, anna: User
) -> None:
    with pytest.raises(NoConnection):
        await wait_for_changes(
            database, anna.tenant_id, WantedChanges(connection_id=99), wait_s=30, is_gone=here
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
