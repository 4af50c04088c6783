"""What a connection's preferences do to its syncs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integration.sync.copying import Copy
from integration.verify.checking import verify
from odoo_sandbox import World
from odoosync.connections import store
from odoosync.connections.errors import ConnectionPaused
from odoosync.connections.preferences import Preferences

PARTNER = "res.partner"


async def prefer(copy: Copy, **preferences: Any) -> None:
    stored = Preferences(**preferences).to_json()
    async with copy.database.tenant(copy.tenant_id) as tx:
        await store.update(tx, copy.connection_id, copy.clock(), preferences=stored)


def asked(copy: Copy, key: str) -> list[Any]:
    return [payload[key] for payload in copy.odoo.payloads if key in payload]


async def test_a_narrowed_dataset_keeps_these_fields_and_what_lists_need(
    synced: Copy, world: World
) -> None:
    await prefer(synced, fields={"contacts": ("name", "city")})
    run = await synced.sync()
    assert (run.mode, run.drift) == ("full", None)
    (person,) = world.execute(PARTNER, "search", [["parent_id", "!=", False]], limit=1)
    kept = {"name", "city", "display_name", "active", "write_date"}
    assert (await synced.data(person)).keys() == kept


async def test_what_was_narrowed_and_is_wanted_again_is_filled(synced: Copy) -> None:
    await prefer(synced, fields={"contacts": ("name",)})
    await synced.sync()
    await prefer(synced)
    assert (await synced.sync()).mode == "full"
    assert (await synced.difference()).stale == {}


@pytest.mark.parametrize(
    ("wish", "key", "told"),
    [
        ({"language": "fr_FR"}, "lang", "fr_FR"),
        ({"company_ids": (1,)}, "allowed_company_ids", [1]),
    ],
)
async def test_another_language_or_company_list_is_told_and_makes_a_full_pass(
    synced: Copy, wish: dict[str, Any], key: str, told: Any
) -> None:
    await prefer(synced, **wish)
    synced.odoo.payloads.clear()
    assert (await synced.sync()).mode == "full"
    contexts = [one for one in asked(synced, "context") if "active_test" in one]
    assert contexts
    assert all(one[key] == told for one in contexts)
    assert (await synced.sync()).mode == "incremental"


async def test_no_page_is_larger_than_wished(copy: Copy) -> None:
    await prefer(copy, page_size=7)
    await copy.sync()
    pages = [one for one in copy.odoo.payloads if "fields" in one and "limit" in one]
    assert {page["limit"] for page in pages} == {7}
    assert (await copy.difference()).missing == []


async def test_a_longer_lookback_finds_a_longer_transaction(synced: Copy, world: World) -> None:
    (person,) = world.execute(PARTNER, "search", [["parent_id", "!=", False]], limit=1)
    await prefer(synced, lookback=3_600)
    slow = world.transaction()
    slow.update(PARTNER, [person], {"ref": "slow"})
    synced.clock.advance(1_200)
    await synced.sync()
    slow.commit()
    run = await synced.sync()
    assert run.window_high - run.window_low == timedelta(hours=1)
    assert (await synced.data(person))["ref"] == "slow"


async def test_a_run_that_was_asked_for_just_before_the_pause_syncs_nothing(copy: Copy) -> None:
    run_id = await copy.ask("contacts")
    async with copy.database.tenant(copy.tenant_id) as tx:
        await store.update(tx, copy.connection_id, copy.clock(), paused_at=copy.clock())
    await copy.attempt(await copy.take())
    run = await copy.run(run_id)
    assert (run.status, run.error_code) == ("failed", ConnectionPaused.code)
    assert copy.odoo.asked == []


def install(world: World, code: str, *, active: bool) -> None:
    with world.transaction() as tx:
        tx.update("res.lang", tx.index("res.lang", "code").get(code, ()), {"active": active})


async def lose_language(copy: Copy, world: World) -> None:
    """Sync in a language that is not active any more afterwards."""
    install(world, "de_CH", active=True)
    world.accounts[2].lang = "de_CH"
    async with copy.database.tenant(copy.tenant_id) as tx:
        await store.update(tx, copy.connection_id, copy.clock(), server=None)
    await copy.sync()
    world.accounts[2].lang = "en_US"
    install(world, "de_CH", active=False)


async def test_a_verification_outlives_the_language_of_the_last_sync(
    copy: Copy, world: World
) -> None:
    await lose_language(copy, world)
    assert (await verify(copy, "contacts")).status == "succeeded"


async def test_a_language_that_goes_with_its_last_login_is_no_failure(
    copy: Copy, world: World
) -> None:
    await lose_language(copy, world)
    run = await copy.sync()
    assert (run.status, run.mode) == ("succeeded", "full")
    copy.odoo.asked.clear()
    await copy.sync()
    assert ("res.users", "context_get") not in copy.odoo.asked


async def test_a_preferred_language_that_is_gone_is_named(copy: Copy) -> None:
    await prefer(copy, language="de_CH")
    run = await copy.sync()
    assert (run.status, run.error_code) == ("failed", "odoo_language_missing")
    assert "de_CH" in run.error
