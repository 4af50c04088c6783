"""An Odoo that does not answer is left alone, and asked again in its time; nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from integration.sync.copying import EQUAL, Copy
from integration.sync.direct import DirectOdoo, HandClock
from odoosync.api.reading.connection_problem import troubles
from odoosync.connections import store as connections
from odoosync.crypto import Secret
from odoosync.jobs.task import RetryIn
from odoosync.odoo.errors import AccessRefused, InvalidCredentials, OdooError, TimedOut
from odoosync.sync import runs, standing
from odoosync.sync.breaker import REJECTED, SILENT, Breaker
from odoosync.sync.service import SyncAnswer, SyncRequest, SyncService
from odoosync.sync.verify.asking import VerifyRequest
from saving import save_tested


def failing(odoo: DirectOdoo, error: Callable[[], OdooError] = TimedOut) -> None:
    def before(_model: str, _method: str) -> None:
        raise error()

    odoo.before = before


def mended(odoo: DirectOdoo) -> None:
    odoo.before = lambda _model, _method: None


@pytest.fixture
async def silent(synced: Copy, odoo: DirectOdoo) -> Copy:
    """A copy whose Odoo did not answer three times."""
    failing(odoo)
    for _ in range(SILENT.failures):
        assert (await synced.sync()).status == "failed"
    odoo.asked.clear()
    return synced


async def breaker_of(copy: Copy) -> Breaker:
    async with copy.database.tenant(copy.tenant_id, write=False) as tx:
        return await standing.of(tx, await connections.get(tx, copy.connection_id))


async def by_hand(copy: Copy, *, wait: bool = True) -> SyncAnswer:
    service = SyncService(copy.database, clock=copy.clock, wait_s=0.2)
    return await service.sync(SyncRequest(copy.tenant_id, None, "contacts"), wait=wait)


async def test_while_it_is_open_a_sync_is_put_back_without_a_call(
    silent: Copy, odoo: DirectOdoo
) -> None:
    run_id = await silent.ask("contacts")
    outcome = await silent.attempt(await silent.take())
    assert isinstance(outcome, RetryIn)
    assert not outcome.counts
    assert outcome.seconds <= SILENT.first.total_seconds() * 1.2
    assert odoo.asked == []
    run = await silent.run(run_id)
    assert (run.status, run.error_code) == ("queued", "odoo_timed_out")


async def test_a_sync_that_waited_runs_when_odoo_answers_again(
    silent: Copy, odoo: DirectOdoo, clock: HandClock
) -> None:
    run_id = await silent.ask("contacts")
    await silent.attempt(await silent.take())
    mended(odoo)
    clock.advance(60)
    await silent.attempt(await silent.claim())
    run = await silent.run(run_id)
    assert (run.status, run.error) == ("succeeded", None)
    assert await silent.difference() == EQUAL
    assert (await breaker_of(silent)).failures == 0


async def test_a_probe_that_fails_asks_little_and_waits_longer(
    silent: Copy, odoo: DirectOdoo, clock: HandClock
) -> None:
    await silent.ask("contacts")
    clock.advance(60)
    outcome = await silent.attempt(await silent.take())
    assert isinstance(outcome, RetryIn)
    assert outcome.seconds > SILENT.first.total_seconds() * 1.5
    assert len(odoo.asked) <= 2


async def test_a_success_forgets_the_failures_before_it(synced: Copy, odoo: DirectOdoo) -> None:
    failing(odoo)
    await synced.sync()
    assert (await breaker_of(synced)).failures == 1
    mended(odoo)
    await synced.sync()
    assert (await breaker_of(synced)).failures == 0


async def test_a_refusal_is_an_answer(synced: Copy, odoo: DirectOdoo) -> None:
    failing(odoo, lambda: AccessRefused("res.partner"))
    for _ in range(SILENT.failures):
        assert (await synced.sync()).error_code == "odoo_access_refused"
    assert (await breaker_of(synced)).failures == 0


async def test_whoever_asks_by_hand_gets_a_sentence_at_once(silent: Copy) -> None:
    answer = await by_hand(silent)
    assert not answer.success
    for part in ("odoo_db at http://odoo.test", "has not answered since", "asked again at"):
        assert part in answer.message
    assert answer.run is not None
    assert answer.run["status"] == "queued"


async def test_whoever_asks_by_hand_a_while_later_has_it_tried(
    silent: Copy, odoo: DirectOdoo, clock: HandClock
) -> None:
    await by_hand(silent)
    await silent.attempt(await silent.take())
    mended(odoo)
    clock.advance(SILENT.by_hand.total_seconds())
    answer = await by_hand(silent, wait=False)  # it joins the run that waits
    await silent.attempt(await silent.claim())
    assert answer.run is not None
    assert (await silent.run(answer.run["id"])).status == "succeeded"


async def test_rejected_credentials_are_not_tried_again_at_once(
    synced: Copy, odoo: DirectOdoo, clock: HandClock
) -> None:
    failing(odoo, InvalidCredentials)
    assert (await synced.sync()).error_code == "odoo_invalid_credentials"
    odoo.asked.clear()
    clock.advance(REJECTED.by_hand.total_seconds())
    for dataset in ("contacts", "products"):
        await synced.ask(dataset)
        assert isinstance(await synced.attempt(await synced.take()), RetryIn)
    assert odoo.asked == []


async def test_new_credentials_are_tried_at_once(synced: Copy, odoo: DirectOdoo) -> None:
    failing(odoo, InvalidCredentials)
    await synced.sync()
    mended(odoo)
    async with synced.database.tenant(synced.tenant_id) as tx:
        kept = await connections.get(tx, synced.connection_id)
        secret = await connections.secret_of(tx, synced.key_ring, kept)
        tested = connections.Tested(
            odoo_url=kept.odoo_url,
            odoo_database=kept.odoo_database,
            odoo_username=kept.odoo_username,
            secret=Secret(secret.reveal()),
            server=kept.server or {},
            odoo_uid=2,
            contact_count=0,
            product_count=0,
        )
        await save_tested(tx, synced.key_ring, tested, now=synced.clock())
    assert (await synced.sync()).status == "succeeded"


async def test_what_waited_for_a_day_has_failed_and_says_why(
    silent: Copy, clock: HandClock
) -> None:
    run_id = await silent.ask("contacts")
    claim = await silent.take()
    await silent.attempt(replace(claim, stalled_s=90_000.0))
    run = await silent.run(run_id)
    assert (run.status, run.error_code) == ("failed", "odoo_timed_out")
    assert "has not answered since" in run.error
    assert clock() - run.finished_at < timedelta(seconds=1)


async def test_a_late_attempt_that_has_to_wait_leaves_the_history_of_an_ended_run_alone(
    silent: Copy, clock: HandClock
) -> None:
    run_id = await silent.ask("contacts")
    claim = await silent.take()
    async with silent.database.tenant(silent.tenant_id) as tx:
        await runs.finish(tx, claim, "succeeded", clock())
    assert isinstance(await silent.attempt(claim), RetryIn)
    run = await silent.run(run_id)
    assert (run.status, run.error_code, run.error) == ("succeeded", None, None)


async def test_a_connection_shows_its_trouble_and_since_when(silent: Copy) -> None:
    async with silent.database.tenant(silent.tenant_id, write=False) as tx:
        found = await connections.every(tx)
        told = (await troubles(tx, found))[silent.connection_id]
    assert (told.state, told.failures, told.code) == ("left_alone", 3, "odoo_timed_out")
    assert told.since is not None
    assert told.next_try_at is not None


async def test_a_connection_that_answers_has_no_trouble(synced: Copy) -> None:
    async with synced.database.tenant(synced.tenant_id, write=False) as tx:
        assert await troubles(tx, await connections.every(tx)) == {}


async def delete(copy: Copy) -> None:
    """Delete the connection, as its owner does."""
    service = SyncService(copy.database, clock=copy.clock, wait_s=0.2)
    async with copy.database.tenant(copy.tenant_id) as tx:
        await service.stop_all(tx, copy.connection_id)
        grace = timedelta(days=7)
        await connections.delete(tx, copy.connection_id, copy.clock(), grace=grace)


async def test_a_deleted_connection_goes_on_failing_nowhere(silent: Copy) -> None:
    await delete(silent)
    async with silent.database.tenant(silent.tenant_id, write=False) as tx:
        found = await connections.every(tx, include_deleted=True)
        assert (len(found), await troubles(tx, found)) == (1, {})


async def test_a_run_that_waits_is_cancelled_with_its_connection(silent: Copy) -> None:
    run_id = await silent.ask("contacts")
    await silent.attempt(await silent.take())
    await delete(silent)
    assert (await silent.run(run_id)).status == "cancelled"


async def test_a_verification_by_hand_is_answered_at_once_too(silent: Copy) -> None:
    service = SyncService(silent.database, clock=silent.clock, wait_s=60)
    answer = await service.verify(VerifyRequest(silent.tenant_id, None))
    assert not answer.success
    assert "has not answered since" in answer.message
