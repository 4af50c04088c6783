"""One run from its first start, or from where it was left, to its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row

from odoosync.clock import Clock, iso
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.crypto import KeyRing
from odoosync.db import Database, Tx
from odoosync.jobs import lanes
from odoosync.jobs.lanes import Claim
from odoosync.jobs.task import Lease
from odoosync.log import get_logger
from odoosync.odoo.client import OdooClient, open_client
from odoosync.odoo.errors import LanguageMissing
from odoosync.odoo.facts import ServerFacts
from odoosync.odoo.fields import Field
from odoosync.odoo.login import Login
from odoosync.odoo.pacing import RATE_LIMITED, Gates, Pace
from odoosync.odoo.rate_limits import RateLimitedSender
from odoosync.odoo.url import parse_odoo_url
from odoosync.odoo.wire import Sender
from odoosync.sync import clocks, cursors, failing_fields, questions, runs, set_aside
from odoosync.sync.datasets import dataset_named
from odoosync.sync.deletion_guard import Guard
from odoosync.sync.engine import ids, labels, lag, pages, planning, restored, volatile
from odoosync.sync.engine.drift import describe, drift
from odoosync.sync.engine.field_trial import try_fields
from odoosync.sync.engine.giving_way import giving_way
from odoosync.sync.engine.maker import Maker
from odoosync.sync.engine.planning import Prospect
from odoosync.sync.engine.work import Work
from odoosync.sync.failing_fields import FailingField, FieldError
from odoosync.sync.patience import AT_FIRST, patiently
from odoosync.sync.plan import Plan
from odoosync.sync.questions import Place
from odoosync.sync.window import Cursor, is_due, missed_since, to_domain

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a worker process lends to each run."""

    database: Database
    transport: Sender
    key_ring: KeyRing
    clock: Clock
    deletion_guard: Guard
    gates: Gates = field(default_factory=Gates)
    maker: Maker = field(default_factory=Maker)


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
    aside: dict[int, frozenset[str]]
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
    resumed = Plan.from_json(claim.checkpoint) if claim.checkpoint else None
    attempt.left_out.update(begun.failing)
    there = await _fields_there(attempt)
    await _try_failing_fields(attempt, there)
    await giving_way(
        claim.run_id,
        attempt.left_out,
        await _prepare(attempt, resumed, there),
        go_on=lambda work: _stages(work, begun, guard=tools.deletion_guard),
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
        await lanes.advance(tx, claim, claim.checkpoint)
        await failing_fields.remember(tx, *place, errors, now)
        await failing_fields.forget(tx, *place, over)


async def _start(tools: Equipment, claim: Claim) -> _Start:
    async with tools.database.tenant(claim.tenant_id) as tx:
        run = await runs.get(tx, claim.run_id)
        connection = await connections.syncable(tx, claim.connection_id)
        secret = await connections.secret_of(tx, tools.key_ring, connection.id)
        cursor = await cursors.read(tx, connection.id, claim.dataset)
        lag_s = await cursors.lag_of(tx, connection.id)
        left = await cursors.unfinished(tx, connection.id, claim.dataset)
        aside = await set_aside.waiting(tx, connection.id, claim.dataset)
        now = tools.clock()
        resting = await set_aside.resting(tx, connection.id, claim.dataset, now)
        failing = await failing_fields.load(tx, connection.id, claim.dataset)
        asked = Place(connection.id, claim.dataset, "restored")
        taken_back = await questions.answered(tx, asked) is not None
        await lanes.advance(tx, claim, claim.checkpoint)
        await _note_start(tx, run, connection, tools.clock())
    return _Start(
        run, connection, secret.reveal(), cursor, lag_s, left, aside, taken_back, resting, failing
    )


async def open_odoo(
    tools: Equipment, connection: Connection, secret: str, *, anew: bool = False
) -> OdooClient:
    """Open a client with what is known of the server, or `anew`; remember what is new."""
    login = Login(
        url=parse_odoo_url(connection.odoo_url),
        database=connection.odoo_database,
        username=connection.odoo_username,
        secret=secret,
    )
    known = ServerFacts.from_json(connection.server)
    trusted = None if anew else known
    sender = _paced(tools, connection)
    opening = partial(open_client, sender, login, known=trusted, now=tools.clock())
    client = await patiently(opening, attempts=AT_FIRST)
    if client.facts != known:
        async with tools.database.tenant(connection.tenant_id) as tx:
            await connections.remember_server(tx, connection.id, client.facts.to_json())
    return client


def _paced(tools: Equipment, connection: Connection) -> Sender:
    """Return a transport that goes at the connection's pace, and remembers a server's 429."""
    wishes, limited = connection.preferences, connection.rate_limited_since is not None
    usual = RATE_LIMITED if limited else Pace()
    pace = Pace(wishes.call_spacing or usual.spacing, wishes.parallel_calls or usual.parallel)
    sender = tools.gates.sender(tools.transport, connection.id, pace)
    if limited:
        return sender

    async def remember() -> None:
        async with tools.database.tenant(connection.tenant_id) as tx:
            await connections.note_rate_limit(tx, connection.id, tools.clock())
        log.warning("rate_limited", connection=connection.id)

    return RateLimitedSender(sender, on_limit=remember)


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


async def _note_start(tx: Tx, run: Row[Any], connection: Connection, now: datetime) -> None:
    started = {"status": "running", "odoo_login": connection.odoo_username}
    counts = {"started_at": run.started_at or now, "attempts": run.attempts + 1}
    await runs.update(tx, run.id, started | counts)


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
        await lanes.advance(tx, work.claim, plan.to_json())
        told = (await runs.get(tx, work.run_id)).drift or ()  # by an attempt before this one
        about["drift"] = list(dict.fromkeys([*told, *changed])) or None
        await runs.update(tx, work.run_id, about)
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


async def _stages(work: Work, begun: _Start, *, guard: Guard) -> None:
    """Go through the stages, beginning with the one that the plan stands at."""
    cursor, guard = begun.cursor, guard.unless(begun.run.confirm_deletions)
    await _pull(work)
    t0, whole = work.plan.t0, work.plan.is_whole
    if work.plan.stage == "volatile":
        if whole or await _reread(work, cursor):
            work.plan = work.plan.having_done("volatile_at")
        work.plan = work.plan.at("ids")
    if work.plan.stage == "ids":
        await ids.try_again(work)
        daily = whole or is_due(cursor.ids_at, t0, labels.REFRESH_EVERY)
        # One that has begun is done whole, whatever counts say after its first pages.
        if "ids_at" in work.plan.done or await ids.needs_scan(work, daily=daily):
            work.plan = work.plan.having_done("ids_at")
            await ids.compare(work, guard=guard, daily=daily)
        work.plan = work.plan.at("missed")
    if work.plan.stage == "missed":
        if lag.has_grown(work, cursor) and not whole:
            await pages.pull(work, to_domain(missed_since(cursor, work.plan.lag), work.changed_by))
        work.plan = work.plan.at("labels")
    # A full pass may mean another language.
    if work.plan.mode == "full" or is_due(cursor.labels_at, t0, labels.REFRESH_EVERY):
        if cursor.labels_at is not None:
            await labels.refresh(work)
        work.plan = work.plan.having_done("labels_at")
    await _complete(work, cursor)


async def _pull(work: Work) -> None:
    """Read what another run left, then the window."""
    if work.plan.stage in {"rest", "pages"} and work.plan.mode != "full":
        await restored.check(work)
    if work.plan.stage == "rest":
        await pages.pull(work, to_domain(work.plan.rest_since, work.changed_by))
        work.plan = work.plan.at("pages")
    if work.plan.stage == "pages":
        await pages.pull(work, to_domain(work.plan.since, work.changed_by))
        work.plan = work.plan.at("volatile")


async def _reread(work: Work, cursor: Cursor) -> bool:
    """Small datasets each time, large ones at an interval; returns whether all was read again."""
    due = is_due(cursor.volatile_at, work.plan.t0, volatile.INTERVAL)
    if due or await ids.kept(work) <= volatile.EACH_SYNC_UP_TO:
        return await volatile.reread(work, images=due)
    return False


async def _complete(work: Work, before: Cursor) -> None:
    """Move the cursor, end the run and free the lane, in one transaction."""
    plan, now = work.plan, work.clock()
    moments = dict.fromkeys(plan.done, plan.t0)
    if plan.wide_at is not None:
        moments["wide_at"] = plan.wide_at
    if plan.is_whole:
        moments["full_at"] = plan.t0
    async with work.database.tenant(work.claim.tenant_id) as tx:
        await cursors.write(
            tx,
            work.connection_id,
            work.dataset.name,
            low=plan.t0,
            low_seen_at=plan.seen_at,
            shape=plan.shape,
            completed_at=now,
            lag_s=plan.lag_s,
            unfinished=None,
            **moments,
        )
        grew = lag.has_grown(work, before)
        await runs.add_note(tx, work.run_id, clocks.lag_remark(plan.lag_s, grew=grew))
        await _note_faults(tx, work)
        await questions.settle(tx, restored.place_of(work))
        await runs.finish(tx, work.run_id, "succeeded", now)
        await lanes.finish(tx, work.claim)


async def _note_faults(tx: Tx, work: Work) -> None:
    count, said = len(work.faulty), list[str]()
    if count:
        rows = "row" if count == 1 else "rows"
        said.append(
            f"Odoo failed on {count} {rows} of this dataset. What could not be read is set aside "
            "with its reason and tried again with each sync; the rest is stored."
        )
    if work.left_out:
        said.append(
            f"Odoo fails on fields of many rows: {', '.join(sorted(work.left_out))}. They are left "
            "out, with the reason in the list of what Odoo fails on, and tried again once a day."
        )
    for sentence in said:
        await runs.add_note(tx, work.run_id, sentence)
