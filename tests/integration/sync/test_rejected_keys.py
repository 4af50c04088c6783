"""An API key that worked and has ended: said so, asked about rarely, and gone on from there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.sync.copying import EQUAL, KEY, Copy
from integration.sync.direct import DirectOdoo, HandClock
from odoo_sandbox import World
from odoosync.api.reading.connection_problem import Trouble, troubles
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.crypto import Secret
from odoosync.jobs.task import Done
from odoosync.sync import pace
from saving import save_tested

NEW_KEY = "f00d" * 10
DAY = timedelta(days=1)


def end(world: World, key: str = KEY) -> None:
    """Let a key of the admin's end, as from Odoo 18 on they do by themselves."""
    account = world.accounts[2]
    account.keys = [kept for kept in account.keys if kept.secret != key]


async def renew(copy: Copy) -> None:
    """Store another key of the same user's, as one that was tested."""
    login = copy.world.accounts[2].login
    copy.world.add_key(login, NEW_KEY)
    kept = await stored(copy)
    tested = connections.Tested(
        odoo_url=kept.odoo_url,
        odoo_database=kept.odoo_database,
        odoo_username=login,
        secret=Secret(NEW_KEY),
        server=kept.server or {},
        odoo_uid=2,
        contact_count=0,
        product_count=0,
    )
    async with copy.database.tenant(copy.tenant_id) as tx:
        await save_tested(tx, copy.key_ring, tested, now=copy.clock())


async def stored(copy: Copy) -> Connection:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        return await connections.get(tx, copy.connection_id)


async def trouble(copy: Copy) -> Trouble:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        return (await troubles(tx, await connections.every(tx)))[copy.connection_id]


async def test_it_says_that_keys_end_and_until_when_this_one_worked(
    synced: Copy, world: World
) -> None:
    worked, since = synced.clock() - timedelta(hours=1), synced.clock()
    end(world)
    run = await synced.sync()
    assert run.error_code == "odoo_api_key_rejected"
    for part in (f"worked until {worked:%Y-%m-%d %H:%M:%S}", "keys end", "goes on where it was"):
        assert part in run.error
    shown = await trouble(synced)
    assert (shown.state, shown.since, shown.reason) == (
        "rejected",
        f"{since:%Y-%m-%dT%H:%M:%S.%f}Z",
        run.error,
    )


async def test_in_a_day_of_schedules_it_is_asked_a_few_times(
    synced: Copy, world: World, odoo: DirectOdoo, clock: HandClock
) -> None:
    end(world)
    odoo.asked.clear()
    begun = clock()
    await synced.ask("contacts")
    while clock() < begun + DAY:
        if isinstance(await synced.attempt(await synced.claim()), Done):
            await synced.ask("contacts")
        clock.advance(300)
    tries = [call for call in odoo.asked if call == ("common", "authenticate")]
    assert 1 <= len(tries) <= 5


async def test_with_a_new_key_only_what_changed_is_read(
    synced: Copy, world: World, clock: HandClock
) -> None:
    end(world)
    await synced.sync()
    person = max(world.table("res.partner").ids)
    world.execute("res.partner", "write", [person], {"name": "Written while it was locked out"})
    clock.advance(3600)
    await renew(synced)
    run = await synced.sync()
    assert (run.status, run.mode, run.updated) == ("succeeded", "incremental", 1)
    assert run.fetched < 20
    assert await synced.difference() == EQUAL
    assert (await synced.sync("products")).mode == "incremental"


async def test_a_first_pass_that_a_key_ended_in_goes_on_with_the_new_one(
    copy: Copy, world: World, odoo: DirectOdoo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "FIRST", 10)
    monkeypatch.setattr(pace, "LARGEST", 10)
    pages = 0

    def ends_after_the_fourth(_model: str, method: str) -> None:
        nonlocal pages
        pages += method == "search_read"
        if pages == 4:
            end(world)

    odoo.after = ends_after_the_fourth
    first = await copy.sync()
    assert first.error_code == "odoo_api_key_rejected"
    odoo.after = lambda _model, _method: None
    await renew(copy)
    second = await copy.sync()
    assert first.created > 0
    assert first.created + second.created == len(world.table("res.partner").ids)
    assert second.fetched < first.created + second.created
    assert await copy.difference() == EQUAL


async def test_another_login_still_means_a_full_pass(synced: Copy, world: World) -> None:
    end(world)
    await synced.sync()
    world.accounts[2].login = "boss"
    await renew(synced)
    assert (await synced.sync()).mode == "full"
