"""The stages of a run, in their order, from the one that its plan stands at."""

from __future__ import annotations

from odoosync.db import Tx
from odoosync.sync import clocks, cursors, questions, runs
from odoosync.sync.deletion_guard import Guard
from odoosync.sync.engine import failed_rows, ids, labels, lag, pages, restored, volatile
from odoosync.sync.engine.work import Work
from odoosync.sync.schedules import store as schedules
from odoosync.sync.window import Cursor, is_due, missed_since, to_domain


async def run_stages(work: Work, cursor: Cursor, *, guard: Guard) -> None:
    """Go through the stages to the end of the run; `cursor` is as it was before."""
    await _pull(work)
    t0, whole = work.plan.t0, work.plan.is_whole
    if work.plan.stage == "volatile":
        if whole or await _reread(work, cursor):
            work.plan = work.plan.having_done("volatile_at")
        work.plan = work.plan.at("ids")
    if work.plan.stage == "ids":
        await failed_rows.try_again(work)
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
    """Move the cursor and end the run, in one transaction."""
    plan, now = work.plan, work.clock()
    moments = dict.fromkeys(plan.done, plan.t0)
    if plan.wide_at is not None:
        moments["wide_at"] = plan.wide_at
    if plan.is_whole:
        moments["full_at"] = plan.t0
    async with work.database.tenant(work.claim.tenant_id) as tx:
        await schedules.lock(tx, work.connection_id, work.dataset.name)  # before the run
        await cursors.write(
            tx,
            work.connection_id,
            work.dataset.name,
            low=plan.t0,
            low_seen_at=plan.seen_at,
            shape=plan.shape,
            completed_at=now,
            lag_s=plan.lag_s,
            **moments,
        )
        grew = lag.has_grown(work, before)
        await runs.add_note(tx, work.run_id, clocks.lag_remark(plan.lag_s, grew=grew))
        await _note_faults(tx, work)
        await questions.settle(tx, restored.place_of(work))
        await runs.finish(tx, work.claim, "succeeded", now)


async def _note_faults(tx: Tx, work: Work) -> None:
    count, said = len(work.faulty), list[str]()
    if count:
        rows = "row" if count == 1 else "rows"
        said.append(
            f"Odoo failed on {count} {rows} of this dataset. What could not be read is set aside "
            "with its reason and tried again, one row with each sync; the rest is stored."
        )
    if work.left_out:
        said.append(
            f"Odoo fails on fields of many rows: {', '.join(sorted(work.left_out))}. They are left "
            "out, with the reason in the list of what Odoo fails on, and tried again once a day."
        )
    for sentence in said:
        await runs.add_note(tx, work.run_id, sentence)
