"""Fields that change without a `write_date`: relations, and those that Odoo does not store.

A tag added from the tag's side leaves the partner's date; so does a variant's cost that its
template shows (odoo-facts, `write_date` 9), and a merge that moves links by SQL. They are read
again over the whole dataset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from odoosync.db import Tx
from odoosync.store import writing
from odoosync.store.rows import Row
from odoosync.sync.engine import holding, labels
from odoosync.sync.engine.ids import kept
from odoosync.sync.engine.keeping import settle
from odoosync.sync.engine.making import pointed_to
from odoosync.sync.engine.pages import Page, Reader
from odoosync.sync.engine.sifting import decoded
from odoosync.sync.engine.work import Work
from odoosync.sync.mapping import to_row

EACH_SYNC_UP_TO: Final = 20_000
INTERVAL: Final = timedelta(hours=6)


async def reread(work: Work, *, images: bool) -> bool:
    """Compare the volatile fields of every row with the copy, and write what differs.

    Computed images weigh more than all the rest: without `images` they wait for the interval.
    Returns whether every volatile field was read.
    """
    volatile = [name for name in work.plan.fields if work.fields[name].is_volatile]
    names = tuple(name for name in volatile if images or work.fields[name].type != "binary")
    if names:
        await _reread(work, names)
    return len(names) == len(volatile)


async def _reread(work: Work, names: tuple[str, ...]) -> None:
    after = work.plan.last_id
    counted = await _expected(work) if after is None else None
    reader = Reader(work, work.apart, names, after=after, counted=counted)
    while True:
        page = await reader.next()
        if page.rows or page.faults:
            fresh, faults = decoded(work, page.rows, names)
            await _keep(work, fresh, replace(page, faults=[*page.faults, *faults]))
        if not page.more:
            return


async def _expected(work: Work) -> int:
    """Count the rows that pages should show: neither gone there, nor read by themselves."""
    held = await holding.held_ids(work)
    return await kept(work) - len(held.union(work.by_themselves))


async def _keep(work: Work, fresh: Mapping[int, dict[str, Any]], page: Page) -> None:
    rows = [Row(odoo_id, data) for odoo_id, data in fresh.items()]
    targets = pointed_to(work.relations, rows)
    new_names = await labels.fetch_missing(work, targets, fresh.keys())

    async def write(tx: Tx) -> Mapping[str, int]:
        updated = await writing.patch_rows(
            tx,
            work.connection_id,
            work.dataset.name,
            fresh,
            make_row=partial(to_row, work.dataset),
            now=work.clock(),
        )
        await labels.keep(work, tx, new_names)
        await settle(work, tx, (), page.faults)
        return {"updated": updated, "pages": 1}

    await work.commit(work.plan.at("volatile", page.last_id), write)
