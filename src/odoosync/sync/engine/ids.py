"""What is there and what is here: rows gained are fetched, rows gone are told apart and marked.

Marking comes only after a complete scan, in one commit: a partial pass deletes nothing. By id,
`read` leaves out a deleted row and refuses a hidden one. (odoo-facts, Deletions)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from odoosync.db import Tx
from odoosync.odoo import domain as domains
from odoosync.odoo.errors import AccessRefused, RecordMissing
from odoosync.store import deletion
from odoosync.sync import deletion_guard, runs
from odoosync.sync.engine.pages import Reader, keep
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently

SCAN_UP_TO: Final = 200_000
_AT_ONCE: Final = 1_000


@dataclass
class Fate:
    """What became of rows that a search no longer shows."""

    deleted: list[int] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    there: list[int] = field(default_factory=list)


async def kept(work: Work) -> int:
    """Count the live rows of the copy."""
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        ours = await deletion.count_and_sum(tx, work.connection_id, work.dataset.name)
    return ours.count


async def needs_scan(work: Work, *, daily: bool) -> bool:
    """Scan small datasets always; large ones when count or sum differ, or a day has passed."""
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        ours = await deletion.count_and_sum(tx, work.connection_id, work.dataset.name)
    if daily or ours.count <= SCAN_UP_TO:
        return True
    model, context = work.dataset.model, work.context
    theirs = await patiently(lambda: work.client.count_and_sum_of_ids(model, [], context=context))
    return (theirs.rows, theirs.id_sum) != (ours.count, ours.sum)


async def compare(work: Work, *, guard_enabled: bool) -> None:
    """Bring the set of live ids in line with Odoo's."""
    model, context = work.dataset.model, work.context
    visible = set(await patiently(lambda: work.client.search(model, [], context=context)))
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        stored = await deletion.live_ids(tx, work.connection_id, work.dataset.name)
    live = set(stored.live)
    await fetch(work, sorted(visible - live))
    fate = await tell_apart(work, sorted(live - visible))
    await fetch(work, fate.there)
    verdict = deletion_guard.judge(
        gone=len(fate.deleted) + len(fate.hidden),
        kept_before=len(live),
        visible_now=len(visible),
        enabled=guard_enabled,
    )
    await _mark(work, fate, verdict)


async def fetch(work: Work, ids: Sequence[int]) -> None:
    """Read rows by id that a window did not show: loaded by SQL, or visible only since now."""
    for start in range(0, len(ids), _AT_ONCE):
        some = domains.with_ids(ids[start : start + _AT_ONCE])
        reader = Reader(work, some, work.plan.fields)
        more = True
        while more:
            page = await reader.next()
            more = page.more
            if page.rows:
                await keep(work, work.rows(page.rows), last_id=0)


async def tell_apart(work: Work, ids: Sequence[int]) -> Fate:
    """Find out by id what became of each: deleted, hidden from this login, or there after all."""
    fate = Fate()
    for start in range(0, len(ids), _AT_ONCE):
        await _tell_apart(work, list(ids[start : start + _AT_ONCE]), fate)
    return fate


async def _tell_apart(work: Work, ids: list[int], fate: Fate) -> None:
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
    fate.there.extend(there)
    fate.deleted.extend(odoo_id for odoo_id in ids if odoo_id not in there)


async def _mark(work: Work, fate: Fate, verdict: deletion_guard.GuardVerdict) -> None:
    async def write(tx: Tx) -> Mapping[str, int]:
        if not verdict.allowed:
            await runs.update(tx, work.run_id, {"note": verdict.reason})
            return {"held_back": len(fate.deleted) + len(fate.hidden)}
        name, now = work.dataset.name, work.clock()
        deleted = await deletion.mark_deleted(tx, work.connection_id, name, fate.deleted, now)
        hidden = await deletion.mark_unreachable(tx, work.connection_id, name, fate.hidden, now)
        return {"deleted": deleted, "hidden": hidden}

    await work.commit(work.plan.at("labels"), write)
