"""What becomes of a deleted connection when its grace period is over."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from copies import ANNA, BERT, keep, name_countries
from integration.connections.calling import CONNECTIONS, PROFILE, Calls
from odoo_sandbox import SandboxServer
from odoosync.accounts.cross_tenant import User
from odoosync.connections import leaving
from odoosync.connections.leaving import remove_gone
from odoosync.db import Database, metadata
from odoosync.jobs.errors import LeaseLost
from people import HeldClock
from queue_world import advance, claim

pytestmark = pytest.mark.dialect

PASSWORD = {"odoo_password": "admin"}


@pytest.fixture
async def gone(calls: Calls, database: Database, anna: User, other: SandboxServer) -> int:
    """A connection with a copy and a run that was deleted; a younger one has the same."""
    made, younger = await calls.create(), await calls.create(odoo_url=other.url)
    for one in (made["id"], younger["id"]):
        await keep(database, anna.tenant_id, one, {1: ANNA, 2: BERT, 3: ANNA})
        await name_countries(database, anna.tenant_id, one)
        form = {"wait": False, "connection_id": one}
        await calls.ok("POST", "/api/v1/contacts/sync", form)
    await calls.ok("DELETE", f"{CONNECTIONS}/{made['id']}")
    return int(made["id"])


async def _rows(database: Database, connection_id: int) -> dict[str, int]:
    """Count what is kept of a connection, by table."""
    tables = [table for table in metadata.sorted_tables if "connection_id" in table.c]
    async with database.system(write=False) as tx:
        counts = {
            table.name: await tx.scalar(
                select(func.count())
                .select_from(table)
                .where(table.c.connection_id == connection_id)
            )
            for table in tables
        }
    return {name: count for name, count in counts.items() if count}


async def _end_grace(database: Database, connection_id: int, clock: HeldClock) -> None:
    """Let it be over now: tokens would not live as long."""
    table = metadata.tables["connections"]
    async with database.system() as tx:
        over = table.update().where(table.c.id == connection_id)
        await tx.execute(over.values(removed_from=clock()))


async def _still(database: Database, connection_id: int) -> Any:
    table = metadata.tables["connections"]
    async with database.system(write=False) as tx:
        return await tx.first(select(table).where(table.c.id == connection_id))


async def test_all_but_the_audit_is_removed_when_the_grace_period_is_over(
    gone: int, database: Database, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "AT_ONCE", 2)
    kept = await _rows(database, gone + 1)
    assert {"records", "labels", "cursors", "runs"} <= kept.keys()
    clock.forward(days=7)
    await remove_gone(database, clock)
    assert set(await _rows(database, gone)) == {"audit_trail"}
    assert await _still(database, gone) is None
    assert await _rows(database, gone + 1) == kept


async def test_nothing_is_removed_within_the_grace_period(
    gone: int, database: Database, clock: HeldClock
) -> None:
    kept = await _rows(database, gone)
    clock.forward(days=6.9)
    await remove_gone(database, clock)
    assert await _rows(database, gone) == kept


async def test_it_cannot_be_restored_any_more_when_the_grace_period_is_over(
    gone: int, calls: Calls, database: Database, clock: HeldClock
) -> None:
    await _end_grace(database, gone, clock)
    path = f"{CONNECTIONS}/{gone}/restore"
    assert await calls.refused("POST", path, PASSWORD) == (404, "no_connection")
    await remove_gone(database, clock)
    assert await calls.refused("POST", path, PASSWORD) == (404, "no_connection")


async def test_its_pair_is_free_for_a_new_one_before_the_last_row_is_gone(
    gone: int, calls: Calls, database: Database, clock: HeldClock
) -> None:
    await _end_grace(database, gone, clock)
    made = await calls.create()
    assert made["id"] > gone + 1
    await remove_gone(database, clock)
    assert set(await _rows(database, gone)) == {"audit_trail"}
    assert made["id"] in [one["id"] for one in await calls.listed()]


async def test_the_profile_makes_a_new_one_in_the_place_of_what_is_gone(
    gone: int, calls: Calls, odoo: SandboxServer, database: Database, clock: HeldClock
) -> None:
    await _end_grace(database, gone, clock)
    form = {"odoo_database": "odoo_db", "odoo_username": "admin", **PASSWORD}
    await calls.ok("POST", PROFILE, form)
    (active,) = [one for one in await calls.listed() if one["is_active"]]
    assert (active["odoo_url"], active["id"] > gone + 1) == (odoo.url, True)


async def test_a_worker_that_still_holds_a_run_of_it_stores_no_more(
    gone: int, database: Database, clock: HeldClock
) -> None:
    held = next(one for one in await claim(database) if one.connection_id == gone + 1)
    await _end_grace(database, gone + 1, clock)
    await remove_gone(database, clock)
    with pytest.raises(LeaseLost):
        await advance(database, held, {"page": 1})


async def test_an_id_is_never_given_to_another_connection(
    calls: Calls, database: Database, clock: HeldClock
) -> None:
    made = await calls.create()
    await calls.ok("DELETE", f"{CONNECTIONS}/{made['id']}")
    await _end_grace(database, made["id"], clock)
    await remove_gone(database, clock)
    assert await calls.listed(include_deleted=True) == []
    assert (await calls.create())["id"] > made["id"]
