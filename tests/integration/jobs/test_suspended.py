"""A tenant whose users are all disabled: nothing of theirs begins, and what runs is put back."""

from __future__ import annotations

import asyncio

import pytest

from odoosync.accounts.tables import users
from odoosync.clock import utc_now
from odoosync.db import Database
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.runner import Timing, WorkerContext, attempt
from odoosync.jobs.task import Done, Lease, Outcome
from queue_world import ask, begin_one, claim, claim_one, populate, run_of, run_out
from waiting import PATIENCE_S

pytestmark = pytest.mark.dialect


async def add_user(database: Database, tenant_id: int, name: str) -> None:
    async with database.tenant(tenant_id) as tx:
        values = {"username": name, "password_hash": "", "is_admin": False}
        await tx.insert(users, values | {"created_at": utc_now()})


async def set_disabled(database: Database, name: str, *, disabled: bool) -> None:
    async with database.system() as tx:
        chosen = users.update().where(users.c.username == name)
        await tx.execute(chosen.values(disabled_at=utc_now() if disabled else None))


@pytest.fixture
async def connection(database: Database) -> int:
    """A connection of a tenant with the users anna and bert, anna disabled."""
    (made,) = await populate(database, [1])
    await add_user(database, 1, "anna")
    await add_user(database, 1, "bert")
    await set_disabled(database, "anna", disabled=True)
    return made


async def test_nothing_is_claimed_until_a_user_is_enabled_again(
    database: Database, connection: int
) -> None:
    await ask(database, connection)
    await set_disabled(database, "bert", disabled=True)
    before = await claim(database)
    await set_disabled(database, "anna", disabled=False)
    assert (before, len(await claim(database))) == ([], 1)


async def test_what_a_lost_worker_left_is_not_taken_over(
    database: Database, connection: int
) -> None:
    await ask(database, connection)
    await run_out(database, await claim_one(database))
    await set_disabled(database, "bert", disabled=True)
    assert await claim(database) == []


async def test_the_runs_of_others_are_claimed(database: Database, connection: int) -> None:
    await ask(database, connection)
    await set_disabled(database, "bert", disabled=True)
    (other,) = await populate(database, [2])
    await ask(database, other, 2)
    assert [one.tenant_id for one in await claim(database)] == [2]


class _UntilTold:
    """Runs until it is told to stop."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def run(self, claim: Claim, lease: Lease) -> Outcome:
        del claim
        self.begun.set()
        await lease.stopping.wait()
        await asyncio.sleep(PATIENCE_S)
        return Done()

    async def abandon(self, claim: Claim, error_code: str, message: str) -> None:
        raise AssertionError(claim, error_code, message)


async def test_what_runs_is_put_back_and_goes_on_later(database: Database, connection: int) -> None:
    await ask(database, connection)
    held, task = await begin_one(database), _UntilTold()
    timing = Timing(lease=PATIENCE_S, look=0.01, renew=0.01, stop_grace=0.01)
    running = asyncio.create_task(attempt(WorkerContext(database, task, timing), held, Lease()))
    await task.begun.wait()
    await set_disabled(database, "bert", disabled=True)
    await asyncio.wait_for(running, PATIENCE_S)
    left = await run_of(database, held.run_id)
    assert (left.status, left.lease_until, left.failures) == ("running", None, 0)
    await set_disabled(database, "bert", disabled=False)
    assert (await claim_one(database)).run_id == held.run_id
