"""One verification from its start, or from where it was left, to its end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row

from odoosync.clock import iso
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.db import Tx
from odoosync.jobs import run_queue
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.task import Done, Lease, Outcome, RetryIn
from odoosync.log import get_logger
from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import LanguageMissing, OdooError
from odoosync.sync import cursors, failing_fields, runs
from odoosync.sync.datasets import Dataset
from odoosync.sync.deletion_guard import Guard
from odoosync.sync.engine import ids
from odoosync.sync.engine.giving_way import giving_way
from odoosync.sync.engine.open_odoo import Equipment, open_odoo
from odoosync.sync.engine.pages import Reader
from odoosync.sync.engine.planning import Prospect
from odoosync.sync.engine.row_quota import RowQuota
from odoosync.sync.engine.sifting import decoded
from odoosync.sync.patience import AT_FIRST, patiently
from odoosync.sync.plan import Plan
from odoosync.sync.verify.check import Check, Gone, NeverAtRest, Reached, SyncGoesOn
from odoosync.sync.verify.judging import Judge
from odoosync.sync.verify.outcome import outcome_of
from odoosync.sync.verify.spans import compare_span
from odoosync.sync.window import Cursor, frozen_now

log = get_logger(__name__)
_WAIT_FOR_SYNC_S: Final = 2.0
_LONGEST_WAIT: Final = timedelta(days=1)
_OTHER_SHAPE: Final = (
    "Fields, login or language changed since the last complete sync. The next one reads everything."
)
_LEFT_OUT: Final = "Odoo fails on these fields of many records; they were not compared: {names}."


@dataclass(frozen=True, slots=True)
class _Start:
    """What the database says at the start of an attempt; `known` are the fields that are kept."""

    run: Row[Any]
    connection: Connection
    secret: str
    cursor: Cursor
    known: tuple[str, ...]
    gone: Gone | None
    failing: frozenset[str]


async def carry_out(tools: Equipment, claim: Claim, lease: Lease, dataset: Dataset) -> Outcome:
    """Compare one dataset with Odoo. Raises OdooError and what the lease tells to stop for.

    A repair that meets a sync comes back later, rather than hold a place that the sync may need.
    """
    begun = await _start(tools, claim, dataset)
    client = await open_odoo(tools, begun.connection, begun.secret)
    attempt = _Attempt(tools, claim, lease, dataset, begun, client, set(begun.failing))
    try:
        return await _verify(attempt)
    except LanguageMissing:
        # The login had that language when it was looked at last, and may have another one now.
        client = await open_odoo(tools, begun.connection, begun.secret, anew=True)
        return await _verify(replace(attempt, client=client))


async def _verify(attempt: _Attempt) -> Outcome:
    async def anew(before: tuple[Check, Judge]) -> tuple[Check, Judge]:
        return await _prepare(attempt, None, used=before[0].used)

    return await giving_way(
        attempt.claim.run_id,
        attempt.left_out,
        await _prepare(attempt, Reached.from_json(attempt.claim.checkpoint)),
        go_on=lambda prepared: _steps_or_wait(attempt, *prepared),
        anew=anew,
    )


async def _steps_or_wait(attempt: _Attempt, check: Check, judge: Judge) -> Outcome:
    """Go through the steps; come back to them later where a sync of the same rows goes on."""
    tools, claim = attempt.tools, attempt.claim
    try:
        await _steps(check, judge, guard=tools.deletion_guard)
    except SyncGoesOn as wait:
        if tools.clock() - attempt.begun.run.created_at >= _LONGEST_WAIT:
            raise NeverAtRest from wait
        check.reached = replace(check.reached, waits=check.reached.waits + 1)
        async with tools.database.tenant(claim.tenant_id) as tx:
            await run_queue.advance(tx, claim, check.reached.to_json())
        return RetryIn(_WAIT_FOR_SYNC_S, wait.code)
    return Done()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """All that stays the same in one attempt; `left_out` are fields that Odoo failed on."""

    tools: Equipment
    claim: Claim
    lease: Lease
    dataset: Dataset
    begun: _Start
    client: OdooClient
    left_out: set[str] = field(default_factory=set)


async def _start(tools: Equipment, claim: Claim, dataset: Dataset) -> _Start:
    async with tools.database.tenant(claim.tenant_id) as tx:
        connection = await connections.syncable(tx, claim.connection_id)
        login = {"odoo_login": connection.odoo_username}
        run = await run_queue.begin(tx, claim, tools.clock(), **login)
        secret = await connections.secret_of(tx, tools.key_ring, connection)
        cursor = await cursors.read(tx, connection.id, dataset.name)
        known = await cursors.kept_fields(tx, connection.id, dataset.name)
        gone = await _gone_before(tx, claim)
        failing = frozenset(await failing_fields.load(tx, connection.id, dataset.name))
    return _Start(run, connection, secret.reveal(), cursor, tuple(known), gone, failing)


async def _gone_before(tx: Tx, claim: Claim) -> Gone | None:
    """Return what the last verification saw gone, without calling it wrong."""
    last = await runs.last_success(tx, claim.connection_id, claim.dataset, claim.kind)
    if last is None or not last.finished_at or not last.detail or not last.detail.get("gone"):
        return None
    return Gone(last.finished_at, frozenset(last.detail["gone"]))


async def _prepare(
    attempt: _Attempt, reached: Reached | None, *, used: tuple[int, int] = (0, 0)
) -> tuple[Check, Judge]:
    """Choose the fields: those that are kept, as far as Odoo has them; go on if they are the same.

    A field that is wanted and not kept yet is the next sync's business.
    """
    tools, claim, begun, client = attempt.tools, attempt.claim, attempt.begun, attempt.client
    dataset = attempt.dataset
    there = await patiently(lambda: client.fields_get(dataset.model), attempts=AT_FIRST)
    without = attempt.left_out
    prospect = Prospect.of(dataset, begun.connection, client, there, without=without)
    fields = dict(prospect.fields)
    names = tuple(name for name in begun.known or prospect.names if name in fields)
    goes_on = reached is not None and reached.fields == names
    shape, now = prospect.shape(names) or "", tools.clock()
    t0 = frozen_now(client.server_now, now)
    check = Check(
        database=tools.database,
        claim=claim,
        lease=attempt.lease,
        client=client,
        dataset=dataset,
        fields=fields,
        plan=Plan(t0, now, "full", None, None, shape, names),
        clock=tools.clock,
        context=prospect.context,
        maker=tools.maker,
        row_quota=RowQuota(tools.quotas.rows),
        page_limit=prospect.page_limit,
        used=used,
        reached=reached
        if reached is not None and goes_on
        else Reached(names, synced_to=iso(begun.cursor.low), began=iso(t0)),
        repairs=begun.run.mode == "repair",
        confirmed_by_hand=begun.run.confirm_deletions,
        gone_before=begun.gone,
        left_out=frozenset(without.intersection(prospect.wanted)),
        lookback=prospect.lookback,
    )
    same_shape = begun.cursor.shape in {None, shape}
    volatile = frozenset(name for name in names if fields[name].is_volatile)
    note = None if same_shape else _OTHER_SHAPE
    if check.left_out:
        note = _LEFT_OUT.format(names=", ".join(sorted(check.left_out)))
    await _begin(check, counted=goes_on, note=note)
    return check, Judge(dataset, names, volatile, whole=same_shape)


async def _begin(check: Check, *, counted: bool, note: str | None) -> None:
    about: dict[str, Any] = {
        "odoo_version": check.client.facts.serie,
        "window_high": check.plan.t0,
        "note": note,
    }
    if not counted:
        model, context = check.dataset.model, check.context
        total = await patiently(lambda: check.client.search_count(model, [], context=context))
        about |= {"total": total, "fetched": 0, "pages": 0}
    async with check.database.tenant(check.claim.tenant_id) as tx:
        await runs.commit(tx, check.claim, check.reached.to_json(), {}, **about)
    check.lease.check()


async def _steps(check: Check, judge: Judge, *, guard: Guard) -> None:
    if not check.reached.all_rows:
        await _rows(check, judge)
    if check.repairs:
        await check.note_rest()
        guarded = guard.unless(check.confirmed_by_hand)
        await ids.compare(check, guard=guarded, daily=False)
    await _complete(check)


async def _rows(check: Check, judge: Judge) -> None:
    """Go through all rows of both sides by id; memory holds two pages."""
    after = check.reached.last_id
    reader = Reader(check, [], check.plan.fields, after=after)
    coming = asyncio.create_task(reader.next())
    try:
        while True:
            page = await coming
            if page.more:
                coming = asyncio.create_task(reader.next())
            theirs, faults = decoded(check, page.rows, check.plan.fields)
            until = page.last_id if page.more else None
            failed = frozenset(fault.odoo_id for fault in [*page.faults, *faults])
            await compare_span(check, judge, theirs, after=after, until=until, failed=failed)
            if not page.more:
                return
            after = until
    finally:
        coming.cancel()
        with suppress(asyncio.CancelledError, OdooError):
            await coming


async def _complete(check: Check) -> None:
    """Write what was found into the history, and end the run, in one transaction."""
    tally = check.reached.tally
    async with check.database.tenant(check.claim.tenant_id) as tx:
        waiting = (await runs.get(tx, check.run_id)).held_back
        truth = tally.score_left(repaired=check.repairs, phantoms_left=waiting)
        detail = tally.told() | _outcome(check, truth)
        found: dict[str, Any] = {"truth": truth, "detail": detail}
        await runs.finish(tx, check.claim, "succeeded", check.clock(), **found)


def _outcome(check: Check, truth: float) -> dict[str, Any]:
    """Say what it came to, and as of when: what equals Odoo now, or what was true at the last sync.

    A repair makes the copy what Odoo was when it began.
    """
    counts, repaired = check.reached.tally.to_json(), check.repairs
    outcome = outcome_of(counts, truth, repaired=repaired, left_out=check.left_out)
    now = repaired or outcome == "equal"
    return {"outcome": outcome, "as_of": check.reached.began if now else check.reached.synced_to}
