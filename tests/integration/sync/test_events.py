"""What an owner is told of, once each, as syncs go well and badly."""

from __future__ import annotations

from typing import Any

from integration.sync.copying import Copy
from integration.sync.direct import DirectOdoo, HandClock
from integration.sync.test_breaker import failing, mended
from odoosync.odoo.errors import AccessRefused, InvalidCredentials
from odoosync.sync import runs
from odoosync.sync.schedule_tables import events
from odoosync.sync.schedules import store
from odoosync.sync.schedules.rhythm import Rhythm


async def told(copy: Copy, *, without: str = "run.") -> list[tuple[str, dict[str, Any]]]:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        rows = await tx.all(tx.select(events).order_by(events.c.id))
    return [(row.kind, row.payload) for row in rows if not row.kind.startswith(without)]


async def scheduled(copy: Copy) -> None:
    """Let the next run of contacts be asked for by a schedule."""
    run_id = await copy.ask("contacts")
    async with copy.database.tenant(copy.tenant_id) as tx:
        await runs.update(tx, run_id, {"trigger": store.TRIGGER})
    await copy.attempt(await copy.claim())


async def schedule(copy: Copy) -> None:
    async with copy.database.tenant(copy.tenant_id) as tx:
        place, rhythm = (copy.connection_id, "contacts"), Rhythm(every_s=900)
        await store.put(tx, place, rhythm, paused=False, user_id=None, now=copy.clock())


async def test_an_odoo_that_falls_silent_is_told_once_and_once_that_it_is_back(
    synced: Copy, odoo: DirectOdoo, clock: HandClock
) -> None:
    failing(odoo)
    for _ in range(5):
        await synced.ask("contacts")
        await synced.attempt(await synced.claim())
        clock.advance(3600)
    mended(odoo)
    await synced.attempt(await synced.claim())
    (first, payload), (second, _) = await told(synced)
    assert (first, second) == ("connection.failing", "connection.recovered")
    assert (payload["code"], payload["failures"]) == ("odoo_timed_out", 3)


async def test_rejected_credentials_are_told_once(
    synced: Copy, odoo: DirectOdoo, clock: HandClock
) -> None:
    failing(odoo, InvalidCredentials)
    for _ in range(4):
        await synced.ask("contacts")
        await synced.attempt(await synced.claim())
        clock.advance(2 * 86_400)
    assert [kind for kind, _ in await told(synced)] == ["credentials.rejected"]


async def test_a_dataset_whose_schedule_is_held_back_is_told_once(
    synced: Copy, odoo: DirectOdoo
) -> None:
    await schedule(synced)
    failing(odoo, lambda: AccessRefused("res.partner"))
    for _ in range(4):
        await scheduled(synced)
    (only,) = await told(synced)
    assert (only[0], only[1]["schedule"]["failures"]) == ("dataset.failing", 2)


async def test_a_schedule_is_not_told_apart_from_an_odoo_that_fails_as_a_whole(
    synced: Copy, odoo: DirectOdoo
) -> None:
    await schedule(synced)
    failing(odoo)
    for _ in range(4):
        await scheduled(synced)
    assert [kind for kind, _ in await told(synced)] == ["connection.failing"]


async def test_each_run_is_told_when_it_ends(copy: Copy, odoo: DirectOdoo) -> None:
    await copy.sync()
    failing(odoo)
    await copy.sync()
    kinds = [(kind, payload["run"]["status"]) for kind, payload in await told(copy, without="c")]
    assert kinds == [("run.finished", "succeeded"), ("run.failed", "failed")]


async def test_deletions_that_are_held_back_are_told_once(synced: Copy) -> None:
    found = synced.world.execute("res.partner", "search", [["parent_id", "!=", False]])
    synced.world.execute("res.partner", "unlink", found)
    await synced.sync()
    await synced.sync()
    (only,) = await told(synced)
    assert (only[0], only[1]["run"]["held_back"] > 0) == ("deletions.held_back", True)
