"""One run from its first start, or from where it was left, to its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row

from odoosync.clock import iso
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.db import Tx
from odoosync.jobs import run_queue
from odoosync.jobs.run_queue import Claim
from odoosync.jobs.task import Lease
from odoosync.log import get_logger
from odoosync.odoo.client import OdooClient
from odoosync.odoo.errors import LanguageMissing
from odoosync.odoo.fields import Field
from odoosync.sync import clocks, cursors, failing_fields, questions, runs, set_aside
from odoosync.sync.datasets import dataset_named
from odoosync.sync.engine import planning
from odoosync.sync.engine.drift import describe, drift
from odoosync.sync.engine.field_trial import try_fields
from odoosync.sync.engine.giving_way import giving_way
from odoosync.sync.engine.open_odoo import Equipment, open_odoo
from odoosync.sync.engine.planning import Prospect
from odoosync.sync.engine.row_quota import RowQuota
from odoosync.sync.engine.stages import run_stages
from odoosync.sync.engine.work import Work
from odoosync.sync.failing_fields import FailingField, FieldError
from odoosync.sync.patience import AT_FIRST, patiently
from odoosync.sync.plan import Plan
from odoosync.sync.questions import Place
from odoosync.sync.set_aside import Fault
from odoosync.sync.window import Cursor, to_domain

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Start:
    """What the database says at the start of an attempt. `left` is of a run that ended undone.

    `taken_back`: a person has confirmed that the database was restored. `resting` rows timed out
    not long ago; on `failing` fields Odoo fails for many rows. Dates in this Odoo's database lag by
    `lag_s`, as any of its datasets showed.
    """

    run: Row[Any]
    connection: Connection
    secret: str
    cursor: Cursor
    lag_s: float
    left: Plan | None
    aside: dict[int, dict[str, Fault]]
    taken_back: bool
    resting: set[int]
    failing: dict[str, FailingField]


@dataclass(frozen=True, slots=True)
class _Attempt:
    """All that stays the same in one attempt; `left_out` are fields that Odoo failed on."""

    tools: Equipment
    claim: Claim
    lease: Lease
    begun: _Start
    client: OdooClient
    left_out: set[str]


async def carry_out(tools: Equipment, claim: Claim, lease: Lease) -> None:
    """Bring one dataset up to date. Raises OdooError and what the lease tells to stop for."""
    begun = await _start(tools, claim)
    client = await open_odoo(tools, begun.connection, begun.secret)
    attempt = _Attempt(tools, claim, lease, begun, client, set())
    try:
        await _sync(attempt)
    except LanguageMissing:
        # The login had that language when it was looked at last, and may have another one now.
        client = await open_odoo(tools, begun.connection, begun.secret, anew=True)
        await _sync(replace(attempt, client=client))


async def _sync(attempt: _Attempt) -> None:
    tools, claim, begun = attempt.tools, attempt.claim, attempt.begun
    guard = tools.deletion_guard.unless(begun.run.confirm_deletions)
    resumed = Plan.from_json(claim.checkpoint) if claim.checkpoint else None
    attempt.left_out.update(begun.failing)
    there = await _fields_there(attempt)
    await _try_failing_fields(attempt, there)
    await giving_way(
        claim.run_id,
        attempt.left_out,
        await _prepare(attempt, resumed, there),
        go_on=lambda work: run_stages(work, begun.cursor, guard=guard),
        anew=lambda work: _prepare(attempt, work.plan, used=work.used),
        remember=lambda errors: _remember(attempt, errors),
    )


async def _try_failing_fields(attempt: _Attempt, there: Mapping[str, Field]) -> None:
    """Read fields again that Odoo failed on: once a day, and before everything is read anyway."""
    tools, begun, client = attempt.tools, attempt.begun, attempt.client
    if not begun.failing:
        return
    prospect = _prospect(attempt, there)
    whole = begun.run.mode == "full" or begun.taken_back or not prospect.has_shape_of(begun.cursor)
    now, wanted = tools.clock(), prospect.wanted
    due = {
        name: field
        for name, field in begun.failing.items()
        if name in wanted and (whole or field.is_due(now))
    }
    trial = await try_fields(client, prospect.dataset.model, due, context=prospect.context)
    over = trial.recovered.union(begun.failing.keys() - wanted)
    attempt.left_out.difference_update(over)
    await _remember(attempt, trial.errors, over)


async def _remember(
    attempt: _Attempt, errors: Sequence[FieldError], over: Collection[str] = ()
) -> None:
    """Write down at once on what Odoo fails: a kill must not cost finding it out again."""
    tools, claim = attempt.tools, attempt.claim
    place, now = (claim.connection_id, claim.dataset), tools.clock()
    async with tools.database.tenant(claim.tenant_id) as tx:
        await run_queue.advance(tx, claim, claim.checkpoint)
        await failing_fields.remember(tx, *place, errors, now)
        await failing_fields.forget(tx, *place, over)


async def _start(tools: Equipment, claim: Claim) -> _Start:
    async with tools.database.tenant(claim.tenant_id) as tx:
        connection = await connections.syncable(tx, claim.connection_id)
        login = {"odoo_login": connection.odoo_username}
        run = await run_queue.begin(tx, claim, tools.clock(), **login)
        secret = await connections.secret_of(tx, tools.key_ring, connection)
        cursor = await cursors.read(tx, connection.id, claim.dataset)
        lag_s = await cursors.lag_of(tx, connection.id)
        left = await _left_undone(tx, claim)
        aside = await set_aside.waiting(tx, connection.id, claim.dataset)
        now = tools.clock()
        resting = await set_aside.resting(tx, connection.id, claim.dataset, now)
        failing = await failing_fields.load(tx, connection.id, claim.dataset)
        asked = Place(connection.id, claim.dataset, "restored")
        taken_back = await questions.answered(tx, asked) is not None
    return _Start(
        run, connection, secret.reveal(), cursor, lag_s, left, aside, taken_back, resting, failing
    )


async def _prepare(
    attempt: _Attempt,
    resumed: Plan | None,
    there: Mapping[str, Field] | None = None,
    *,
    used: tuple[int, int] = (0, 0),
) -> Work:
    """Ask for the fields, then decide: go on by the plan as it was frozen, or make one."""
    tools, claim, begun = attempt.tools, attempt.claim, attempt.begun
    prospect = _prospect(attempt, there or await _fields_there(attempt))
    goes_on = resumed is not None and prospect.can_go_on(resumed)
    plan = resumed
    if plan is None or not goes_on:
        full = begun.run.mode == "full" or begun.taken_back
        plan = planning.plan_of(
            prospect,
            begun.cursor,
            begun.left,
            lag_s=0.0 if full else begun.lag_s,
            force_full=full,
            now=tools.clock(),
        )
    work = Work(
        database=tools.database,
        claim=claim,
        lease=attempt.lease,
        client=attempt.client,
        dataset=prospect.dataset,
        fields=dict(prospect.fields),
        plan=plan,
        clock=tools.clock,
        context=prospect.context,
        maker=tools.maker,
        row_quota=RowQuota(tools.quotas.rows),
        page_limit=prospect.page_limit,
        changed_by=prospect.changed_by,
        used=used,
        aside=dict(begun.aside),
        left_out=frozenset(attempt.left_out),
        low=begun.cursor.low,
        resting=frozenset(begun.resting),
    )
    await _begin(work, prospect, counted=goes_on)
    return work


async def _fields_there(attempt: _Attempt) -> Mapping[str, Field]:
    model, client = dataset_named(attempt.claim.dataset).model, attempt.client
    return await patiently(lambda: client.fields_get(model), attempts=AT_FIRST)


def _prospect(attempt: _Attempt, there: Mapping[str, Field]) -> Prospect:
    dataset, connection = dataset_named(attempt.claim.dataset), attempt.begun.connection
    without = attempt.left_out
    return Prospect.of(dataset, connection, attempt.client, there, without=without)


async def _left_undone(tx: Tx, claim: Claim) -> Plan | None:
    """Return how far a run came that ended before it was complete; None after one that was."""
    checkpoint = await runs.last_checkpoint(tx, claim.connection_id, claim.dataset)
    plan = Plan.from_json(checkpoint) if checkpoint else None
    return plan if plan is not None and plan.has_begun else None


async def _begin(work: Work, prospect: Prospect, *, counted: bool) -> None:
    """Write into the history what this run is about; the checkpoint with it."""
    model, plan = work.dataset.model, work.plan
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        before = await cursors.field_types(tx, work.connection_id, work.dataset.name)
    changed = await drift(work.database, prospect, before)
    about: dict[str, Any] = {
        "mode": plan.mode,
        "odoo_version": work.client.facts.serie,
        "window_low": plan.since,
        "window_high": plan.t0,
    }
    if not counted:
        since = plan.rest_since if plan.takes_over else plan.since
        domain = to_domain(since, work.changed_by)
        about["total"] = work.counted = await patiently(
            lambda: work.client.search_count(model, domain, context=work.context)
        )
    described = describe(prospect, plan.fields, before)
    async with work.database.tenant(work.claim.tenant_id) as tx:
        told = (await runs.get(tx, work.run_id)).drift or ()  # by an attempt before this one
        about["drift"] = list(dict.fromkeys([*told, *changed])) or None
        await runs.commit(tx, work.claim, plan.to_json(), {}, **about)
        about_clocks = {"fields": described, "skew_s": plan.skew_s}
        await cursors.write(tx, work.connection_id, work.dataset.name, **about_clocks)
        await runs.add_note(tx, work.run_id, clocks.skew_remark(plan.skew_s))
    _tell_of(work, about, resumed=counted)
    if changed:
        log.warning("fields_changed", run=work.run_id, fields=changed)
    work.lease.check()


def _tell_of(work: Work, about: dict[str, Any], *, resumed: bool) -> None:
    log.info(
        "sync_began",
        run=work.run_id,
        dataset=work.dataset.name,
        mode=work.plan.mode,
        since=iso(work.plan.since),
        resumed=resumed,
        rows=about.get("total"),
    )
