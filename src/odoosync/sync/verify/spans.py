"""One span of ids: compare what both sides have there, repair it if asked, commit how it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from odoosync.db import Tx
from odoosync.store import comparing
from odoosync.store.comparing import Kept
from odoosync.store.rows import Row
from odoosync.sync.engine import labels
from odoosync.sync.engine.labels import Names
from odoosync.sync.engine.making import pointed_to
from odoosync.sync.mapping import to_row
from odoosync.sync.verify import looking, naming
from odoosync.sync.verify.check import Check
from odoosync.sync.verify.judging import Judge, Verdict
from odoosync.sync.verify.looking import Rows, SecondLook


async def compare_span(
    check: Check,
    judge: Judge,
    theirs: Rows,
    *,
    after: int | None,
    until: int | None,
    failed: frozenset[int] = frozenset(),
) -> None:
    """Compare ids beyond `after` up to `until`, None for all the rest, in parts of bounded size.

    Of `failed` rows Odoo did not say everything.
    """
    while True:
        kept = await looking.kept_between(check, after, until)
        end = kept[-1].odoo_id if len(kept) == looking.KEPT_AT_ONCE else until
        part = {odoo_id: row for odoo_id, row in theirs.items() if end is None or odoo_id <= end}
        failing = frozenset(odoo_id for odoo_id in failed if end is None or odoo_id <= end)
        await _compare_part(check, judge, part, kept, end=end, failed=failing)
        if end == until:
            return
        theirs = {odoo_id: row for odoo_id, row in theirs.items() if odoo_id not in part}
        failed -= failing
        after = end


async def _compare_part(
    check: Check,
    judge: Judge,
    theirs: Rows,
    kept: Sequence[Kept],
    *,
    end: int | None,
    failed: frozenset[int],
) -> None:
    ours = {row.odoo_id: row for row in kept}
    true, suspects = judge.look(theirs, ours, failed)
    hidden = sum(row.unreachable_at is not None and row.odoo_id not in theirs for row in kept)
    names = await naming.compare(check, {odoo_id: theirs[odoo_id] for odoo_id in true})
    check.rest = None
    if check.repairs and (suspects or names):
        await check.note_rest()
    second = SecondLook((), {})
    if suspects:
        second = await looking.again(check, judge, suspects, ours)
    tally = check.reached.tally.having(second.verdicts, true=len(true), hidden=hidden)
    tally = tally.adding(
        aside=len(second.aside),
        names=sum(map(len, names.values())),
        gone=[one.odoo_id for one in second.verdicts if _is_gone(one, second)],
    )
    before = check.reached
    check.reached = replace(before, last_id=end, all_rows=end is None, tally=tally)
    try:
        await _commit(check, second, names, fetched=len(theirs))
    except BaseException:
        check.reached = before
        raise


def _is_gone(verdict: Verdict, second: SecondLook) -> bool:
    return verdict.kind == "pending" and verdict.odoo_id not in second.theirs


async def _commit(check: Check, second: SecondLook, names: Names, *, fetched: int) -> None:
    """Move on past the part; with what differs there, when this run repairs."""
    rows = _differing(check, second) if check.repairs else []
    targets = pointed_to(check.relations, rows)
    lacking = await labels.fetch_missing(check, targets, [row.odoo_id for row in rows])
    if check.repairs:
        repaired = len(rows) + sum(map(len, names.values()))
        check.reached = replace(check.reached, tally=check.reached.tally.adding(repaired=repaired))

    async def write(tx: Tx) -> Mapping[str, int]:
        if check.repairs:
            place, now = (check.connection_id, check.dataset.name), check.clock()
            await comparing.put_whole(tx, *place, rows, now=now)
            await labels.keep(check, tx, _together(lacking, names))
        return {"fetched": fetched, "pages": 1}

    await check.commit(check.plan, write)


def _together(one: Names, other: Names) -> Names:
    """Join names, for they are stored in the order of their models; the other's win."""
    models = {*one, *other}
    return {model: one.get(model, {}) | other.get(model, {}) for model in models}


def _differing(check: Check, second: SecondLook) -> list[Row]:
    """Make rows of all that Odoo has otherwise, whatever kind of difference it is."""
    return [
        to_row(check.dataset, verdict.odoo_id, second.theirs[verdict.odoo_id])
        for verdict in second.verdicts
        if verdict.kind != "true" and verdict.odoo_id in second.theirs
    ]
