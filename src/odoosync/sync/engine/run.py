"""One run from its first start, or from where it was left, to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from odoosync.clock import Clock
from odoosync.connections import store as connections
from odoosync.connections.connection import Connection
from odoosync.crypto import KeyRing
from odoosync.db import Database, Tx
from odoosync.jobs import lanes
from odoosync.jobs.lanes import Claim
from odoosync.jobs.task import Lease
from odoosync.odoo.client import OdooClient, open_client
from odoosync.odoo.facts import ServerFacts
from odoosync.odoo.fields import Field
from odoosync.odoo.login import Login
from odoosync.odoo.transport import Transport
from odoosync.odoo.url import parse_odoo_url
from odoosync.sync import cursors, runs
from odoosync.sync.datasets import Dataset, dataset_named
from odoosync.sync.engine import ids, labels, pages, restored, volatile
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently
from odoosync.sync.plan import Plan, shape_of, start
from odoosync.sync.window import Cursor, decide, frozen_now, to_domain


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a worker process lends to each run."""

    database: Database
    transport: Transport
    key_ring: KeyRing
    clock: Clock
    deletion_guard: bool


async def carry_out(tools: Equipment, claim: Claim, lease: Lease) -> None:
    """Bring one dataset up to date. Raises OdooError and what the lease tells to stop for."""
    async with tools.database.tenant(claim.tenant_id) as tx:
        run = await runs.get(tx, claim.run_id)
        connection = await connections.get(tx, claim.connection_id)
        secret = await connections.secret_of(tx, tools.key_ring, connection.id)
        cursor = await cursors.read(tx, connection.id, claim.dataset)
        await lanes.advance(tx, claim, claim.checkpoint)
        await _note_start(tx, run, connection, tools.clock())
    client = await _open(tools, connection, secret.reveal())
    dataset = dataset_named(claim.dataset)
    context: dict[str, Any] = {"active_test": False}
    if client.facts.lang:
        context["lang"] = client.facts.lang
    fields = await patiently(lambda: client.fields_get(dataset.model))
    plan = _resumed(claim) or _first_plan(
        dataset,
        connection,
        fields,
        client,
        cursor,
        force_full=run.mode == "full",
        now=tools.clock(),
    )
    work = Work(
        database=tools.database,
        claim=claim,
        lease=lease,
        client=client,
        dataset=dataset,
        fields=fields,
        plan=plan,
        clock=tools.clock,
        context=context,
    )
    domain = to_domain(plan.since, _existing_paths(dataset, fields))
    await _begin(work, domain, missing=_drift(dataset, connection, fields))
    await _stages(work, cursor, domain, guard=tools.deletion_guard and not run.confirm_deletions)


async def _open(tools: Equipment, connection: Connection, secret: str) -> OdooClient:
    """Open a client with what is known of the server; remember what is new."""
    login = Login(
        url=parse_odoo_url(connection.odoo_url),
        database=connection.odoo_database,
        username=connection.odoo_username,
        secret=secret,
    )
    known = ServerFacts.from_json(connection.server)
    client = await patiently(
        lambda: open_client(tools.transport, login, known=known, now=tools.clock())
    )
    if client.facts != known:
        async with tools.database.tenant(connection.tenant_id) as tx:
            await connections.remember_server(tx, connection.id, client.facts.to_json())
    return client


def _resumed(claim: Claim) -> Plan | None:
    return Plan.from_json(claim.checkpoint) if claim.checkpoint else None


def _wanted(dataset: Dataset, connection: Connection) -> list[str]:
    return list(dict.fromkeys([*dataset.fields, *connection.wanted_extra(dataset.name)]))


def _drift(dataset: Dataset, connection: Connection, fields: dict[str, Field]) -> list[str]:
    return [name for name in _wanted(dataset, connection) if name not in fields]


def _existing_paths(dataset: Dataset, fields: dict[str, Field]) -> tuple[str, ...]:
    return tuple(path for path in dataset.also_changed_by if path.split(".")[0] in fields)


def _first_plan(
    dataset: Dataset,
    connection: Connection,
    fields: dict[str, Field],
    client: OdooClient,
    cursor: Cursor,
    *,
    force_full: bool,
    now: datetime,
) -> Plan:
    names = tuple(name for name in _wanted(dataset, connection) if name in fields)
    shape = shape_of(
        {name: fields[name].type for name in names},
        login=connection.odoo_username,
        lang=client.facts.lang,
    )
    window = decide(
        cursor,
        t0=frozen_now(client.server_now, now),
        shape=shape,
        force_full=force_full,
        has_write_date="write_date" in fields,
    )
    return start(window, shape=shape, fields=names)


async def _note_start(tx: Tx, run: Row[Any], connection: Connection, now: datetime) -> None:
    started = {"status": "running", "odoo_login": connection.odoo_username}
    counts = {"started_at": run.started_at or now, "attempts": run.attempts + 1}
    await runs.update(tx, run.id, started | counts)


async def _begin(work: Work, domain: list[Any], *, missing: list[str]) -> None:
    """Write into the history what this run is about; the checkpoint with it."""
    model, plan = work.dataset.model, work.plan
    total = None
    if not work.claim.checkpoint:
        total = await patiently(
            lambda: work.client.search_count(model, domain, context=work.context)
        )
    described = {
        name: {"type": field.type, "relation": field.relation, "string": field.string}
        for name, field in work.fields.items()
        if name in plan.fields
    }
    async with work.database.tenant(work.claim.tenant_id) as tx:
        await lanes.advance(tx, work.claim, plan.to_json())
        about = {
            "mode": plan.mode,
            "odoo_version": work.client.facts.serie,
            "window_low": plan.since,
            "window_high": plan.t0,
            "drift": missing or None,
        }
        await runs.update(tx, work.run_id, about | ({} if total is None else {"total": total}))
        await cursors.write(tx, work.connection_id, work.dataset.name, fields=described)
    work.lease.check()


async def _stages(work: Work, cursor: Cursor, domain: list[Any], *, guard: bool) -> None:
    """Go through the stages, beginning with the one that the plan stands at."""
    done: dict[str, Any] = {}
    t0, full = work.plan.t0, work.plan.mode == "full"
    if work.plan.stage == "pages":
        if not full:
            await restored.check(work)
        await pages.pull(work, domain)
        work.plan = work.plan.at("volatile")
    if work.plan.stage == "volatile":
        if full or await _volatile_now(work, cursor):
            if not full:
                await volatile.reread(work)
            done["volatile_at"] = t0
        work.plan = work.plan.at("ids")
    if work.plan.stage == "ids":
        daily = full or _older(cursor.ids_at, t0)
        if await ids.needs_scan(work, daily=daily):
            await ids.compare(work, guard_enabled=guard)
            done["ids_at"] = t0
        work.plan = work.plan.at("labels")
    if not full and _older(cursor.labels_at, t0):
        await labels.refresh(work)
    if full or _older(cursor.labels_at, t0):
        done["labels_at"] = t0
    await _complete(work, done)


async def _volatile_now(work: Work, cursor: Cursor) -> bool:
    """Small datasets each time, large ones at an interval."""
    if cursor.volatile_at is None or work.plan.t0 - cursor.volatile_at >= volatile.INTERVAL:
        return True
    return await ids.kept(work) <= volatile.EACH_SYNC_UP_TO


def _older(moment: datetime | None, t0: datetime) -> bool:
    return moment is None or t0 - moment >= labels.REFRESH_EVERY


async def _complete(work: Work, done: dict[str, Any]) -> None:
    """Move the cursor, end the run and free the lane, in one transaction."""
    plan, now = work.plan, work.clock()
    if plan.wide:
        done["wide_at"] = plan.t0
    async with work.database.tenant(work.claim.tenant_id) as tx:
        await cursors.write(
            tx,
            work.connection_id,
            work.dataset.name,
            low=plan.t0,
            shape=plan.shape,
            completed_at=now,
            **done,
        )
        await runs.finish(tx, work.run_id, "succeeded", now)
        await lanes.finish(tx, work.claim)
