"""What is there and what is here: rows gained are fetched, rows gone are told apart and marked.

Marking comes only after a complete scan, in one commit: a partial pass deletes nothing. By id,
`read` leaves out a deleted row and refuses a hidden one. (odoo-facts, Deletions)
"""

from __future__ import annotations

import asyncio
from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from odoosync.clock import iso
from odoosync.db import Tx
from odoosync.log import get_logger
from odoosync.odoo import domain as domains
from odoosync.odoo.errors import AccessRefused, BadAnswer, RecordMissing
from odoosync.store import deletion
from odoosync.store.deletion import StoredIds
from odoosync.sync import cursors, deletion_guard, questions
from odoosync.sync.deletion_guard import Guard
from odoosync.sync.engine import holding, lag
from odoosync.sync.engine.ceiling import Ceiling
from odoosync.sync.engine.holding import Held
from odoosync.sync.engine.keeping import keep, make_ready
from odoosync.sync.engine.pages import Reader
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently

log = get_logger(__name__)
SCAN_UP_TO: Final = 200_000
SCAN_AT_ONCE: Final = 100_000
_AT_ONCE: Final = 1_000
_CALLS_TO_TELL_APART: Final = 250


@dataclass
class Fate:
    """What became of rows that a search no longer shows. `calls` are left for finding out."""

    deleted: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    there: list[int] = field(default_factory=list)
    calls: int = _CALLS_TO_TELL_APART


@dataclass(frozen=True, slots=True)
class Scan:
    """`gained` ids are there and not here, `gone` ones here and not there."""

    gained: list[int]
    gone: list[int]
    visible: int


async def kept(work: Work) -> int:
    """Count the live rows of the copy."""
    return (await _ours(work)).count


async def needs_scan(work: Work, *, daily: bool) -> bool:
    """Scan small datasets always; large ones when count or sum differ, or a day has passed."""
    ours = await _ours(work)
    if daily or ours.count <= SCAN_UP_TO or await holding.held_ids(work):
        return True
    model, context = work.dataset.model, work.context
    theirs = await patiently(lambda: work.client.count_and_sum_of_ids(model, [], context=context))
    if (theirs.rows, theirs.id_sum) != (ours.count, ours.sum):
        return True

    async def write(tx: Tx) -> Mapping[str, int]:
        await confirm(work, tx)
        return {}

    await work.commit(work.plan.at(work.plan.stage), write)
    return False


async def compare(work: Work, *, guard: Guard, daily: bool) -> None:
    """Bring the set of live ids in line with Odoo's.

    The guard is asked before rows are told apart: it counts deleted and hidden ones alike, and
    telling many hidden ones apart takes a call for each. What a person has confirmed passes it.
    """
    # Odoo looks up its ids while we look up ours.
    (stored, confirmed), first = await asyncio.gather(_stored(work), _visible(work, None))
    held_before = await holding.held_ids(work)
    found = await _scan(work, stored.live, first)
    await Ceiling(work, []).check(len(found.gained))
    spared = work.spared
    await fetch(work, [odoo_id for odoo_id in found.gained if odoo_id not in spared], new=True)
    # No window showed what was written to them while they were out of sight.
    await fetch(work, sorted(held_before.difference(found.gone, work.spared)))
    kept_before, visible = len(stored.live), found.visible
    decision = deletion_guard.decide(
        guard, found.gone, confirmed or (), kept_before=kept_before, visible_now=visible
    )
    fate = Fate()
    await tell_apart(work, decision.marked, fate)
    await fetch(work, fate.there)
    if decision.held:
        seems = await holding.seem(work, decision.held)
        held = Held(decision.held, decision.reason, kept_before, visible, seems)
        await _mark(work, fate, held, answered=confirmed is not None)
        return
    seen_before = await _hidden_before(work, stored) if daily else Fate()
    fate.deleted += seen_before.deleted
    await _mark(work, fate)


async def _stored(work: Work) -> tuple[StoredIds, frozenset[int] | None]:
    """Return the ids of the copy, and of which a person has confirmed that they may go."""
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        stored = await deletion.live_ids(tx, work.connection_id, work.dataset.name)
        return stored, await questions.answered(tx, holding.place_of(work))


async def _scan(work: Work, live: array[int], part: array[int]) -> Scan:
    """Go through all visible ids, in order, beside ours; `part` are the first of them."""
    gained: list[int] = []
    gone: list[int] = []
    visible, start = 0, 0
    last: int | None = None
    more = True
    while more:
        visible += len(part)
        more = len(part) == SCAN_AT_ONCE
        last = part[-1] if part else last
        end = bisect_right(live, last) if more and last is not None else len(live)
        ours = live[start:end]
        if part != ours:  # sets of as many take ten times the memory
            there, here = set(part), set(ours)
            gained += sorted(there - here)
            gone += sorted(here - there)
        start = end
        if more:
            part = await _visible(work, last)
    return Scan(gained, gone, visible)


async def _visible(work: Work, last: int | None) -> array[int]:
    """Ask for the next part. Raises BadAnswer unless ids go up: a part told twice has no end."""
    beyond = [] if last is None else domains.after(last)
    part = await patiently(
        lambda: work.client.search(
            work.dataset.model, beyond, limit=SCAN_AT_ONCE, context=work.context
        )
    )
    before = part if last is None else [last, *part]
    if any(one >= other for one, other in pairwise(before)):
        raise BadAnswer
    return array("q", part)


async def fetch(work: Work, ids: Sequence[int], *, new: bool = False) -> None:
    """Read rows by id that a window did not show: loaded by SQL, or visible only since now.

    The dates of `new` ones show how far dates lag, which is stored along with them.
    """
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        reader = Reader(work, domains.with_ids(some), work.plan.fields, counted=len(some))
        more = True
        while more:
            page = await reader.next()
            more = page.more and page.last_id != some[-1]
            if new:
                await lag.learn(work, page.rows)
            if page.rows or page.faults:
                await keep(work, make_ready(work, page.rows, page.faults), last_id=None)


async def tell_apart(work: Work, ids: Sequence[int], fate: Fate) -> None:
    """Find out by id what became of each: deleted, hidden from this login, or there after all."""
    for start in range(0, len(ids), _AT_ONCE):
        await _tell_apart(work, list(ids[start : start + _AT_ONCE]), fate)


async def _tell_apart(work: Work, ids: list[int], fate: Fate) -> None:
    """Halve what is refused. When calls run out the rest counts as hidden, which loses nothing."""
    if fate.calls <= 0:
        fate.hidden.extend(ids)
        return
    fate.calls -= 1
    probe = "create_date" if "create_date" in work.fields else "display_name"
    try:
        rows: list[dict[str, Any]] = await patiently(
            lambda: work.client.read(work.dataset.model, ids, [probe], context=work.context)
        )
    except (AccessRefused, RecordMissing) as error:
        if len(ids) == 1:
            (fate.hidden if isinstance(error, AccessRefused) else fate.deleted).extend(ids)
            return
        half = len(ids) // 2
        await _tell_apart(work, ids[:half], fate)
        await _tell_apart(work, ids[half:], fate)
        return
    there = {row["id"] for row in rows}
    if 0 in there and not await _shows_zero(work):
        there.remove(0)
    fate.there.extend(odoo_id for odoo_id in ids if odoo_id in there)
    fate.deleted.extend(odoo_id for odoo_id in ids if odoo_id not in there)


async def _shows_zero(work: Work) -> bool:
    """Ask for the row of id zero by the one way that tells: `read` shows it always, `search` never.

    For Odoo zero is a row that is yet to be; only SQL makes one.
    """
    model, domain = work.dataset.model, domains.with_ids([0])
    return bool(
        await patiently(
            lambda: work.client.search_read(model, domain, ["id"], context=work.context)
        )
    )


async def _hidden_before(work: Work, stored: StoredIds) -> Fate:
    """Look which rows that were hidden are deleted by now; a part of many, another one each day."""
    fate, hidden = Fate(), list(stored.unreachable)
    if hidden:
        turn = (work.plan.t0.toordinal() * _AT_ONCE) % len(hidden)
        await tell_apart(work, sorted((hidden[turn:] + hidden[:turn])[:_AT_ONCE]), fate)
    return fate


async def _ours(work: Work) -> deletion.CountAndSum:
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        return await deletion.count_and_sum(tx, work.connection_id, work.dataset.name)


async def confirm(work: Work, tx: Tx) -> None:
    """Remember which ids are live now that they were held against Odoo's: verify goes by it."""
    ours = await deletion.count_and_sum(tx, work.connection_id, work.dataset.name)
    seen = {"rows": ours.count, "id_sum": ours.sum, "at": iso(work.clock())}
    await cursors.write(tx, work.connection_id, work.dataset.name, confirmed=seen)
    await questions.settle(tx, holding.place_of(work))


async def _mark(
    work: Work, fate: Fate, held: Held | None = None, *, answered: bool = False
) -> None:
    """Mark what is gone; ask about what waits. With nothing held the two sides are alike."""

    async def write(tx: Tx) -> Mapping[str, int]:
        place, now = (work.connection_id, work.dataset.name), work.clock()
        marked = {
            "deleted": await deletion.mark_deleted(tx, *place, fate.deleted, now),
            "hidden": await deletion.mark_unreachable(tx, *place, fate.hidden, now),
        }
        if held is None:
            await confirm(work, tx)
            return marked
        await holding.hold(work, tx, held, answered=answered)
        await cursors.write(tx, *place, confirmed=None)
        return marked | {"held_back": len(held.ids)}

    await work.commit(work.plan.at("missed"), write)
    counts = {"deleted": len(fate.deleted), "hidden": len(fate.hidden)}
    if held is not None:
        log.warning("deletions_held_back", run=work.run_id, held_back=len(held.ids), **counts)
    elif any(counts.values()):
        log.info("gone_rows_marked", run=work.run_id, **counts)
