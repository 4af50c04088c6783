"""Rows on their way into the copy: made ready without the database, kept in one transaction.

Encoded rows take a fifth of the memory of decoded ones, so what waits for the rows before it waits
encoded. See `making` for how they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from odoosync.db import Tx
from odoosync.store import reading, writing
from odoosync.store.rows import EncodedRow
from odoosync.store.writing import PageCounts
from odoosync.sync import set_aside
from odoosync.sync.engine import labels
from odoosync.sync.engine.making import Part, Targets, pointed_to
from odoosync.sync.engine.sifting import decoded, encoded
from odoosync.sync.engine.work import Work
from odoosync.sync.mapping import to_row
from odoosync.sync.set_aside import Fault


@dataclass(frozen=True, slots=True)
class Ready:
    """Rows by id, encoded; of those read in part also what was read; and whom they point to."""

    rows: dict[int, EncodedRow]
    targets: Targets
    in_part: dict[int, dict[str, Any]] = field(default_factory=dict)
    faults: Sequence[Fault] = ()

    @classmethod
    def of(cls, part: Part) -> Self:
        return cls({row.odoo_id: row for row in part.rows}, part.targets)


def make_ready(work: Work, raw: list[dict[str, Any]], faults: Sequence[Fault]) -> Ready:
    """Make rows ready that may hold what they cannot, or not be whole. No I/O. Raises BadAnswer."""
    values, wrong = decoded(work, raw, work.plan.fields)
    rows = [to_row(work.dataset, odoo_id, data) for odoo_id, data in values.items()]
    ready, unkept = encoded(work, rows)
    faults = [*faults, *wrong, *unkept]
    faulty = {fault.odoo_id for fault in faults}
    return Ready(
        {row.odoo_id: row for row in ready},
        pointed_to(work.relations, rows),
        {row.odoo_id: row.data for row in rows if row.odoo_id in faulty},
        faults,
    )


async def keep(work: Work, page: Ready, *, last_id: int | None, pages: int = 1) -> None:
    """Commit rows, the names they need, the counts and how far the run has come."""
    names = await labels.fetch_missing(work, page.targets, page.rows.keys())

    async def write(tx: Tx) -> Mapping[str, int]:
        stored = await _store(work, tx, page)
        await work.row_quota.take(tx, stored.created)
        await labels.keep(work, tx, names)
        await settle(work, tx, page.rows, page.faults)
        return {
            "fetched": len(page.rows),
            "created": stored.created,
            "updated": stored.updated,
            "unchanged": stored.unchanged,
            "pages": pages,
        }

    await work.commit(work.plan.at(work.plan.stage, last_id), write)


async def _store(work: Work, tx: Tx, page: Ready) -> PageCounts:
    """Write rows; of those read in part, fields that could not be read keep their values."""
    place, now = (work.connection_id, work.dataset.name), work.clock()
    patches = {
        odoo_id: data
        for odoo_id, data in page.in_part.items()
        if await reading.get(tx, *place, odoo_id) is not None
    }
    whole = [row for odoo_id, row in page.rows.items() if odoo_id not in patches]
    stored = await writing.write_page(tx, *place, whole, now=now)
    make_row = partial(to_row, work.dataset)
    updated = await writing.patch_rows(tx, *place, patches, make_row=make_row, now=now)
    return stored + PageCounts(updated=updated, unchanged=len(patches) - updated)


async def settle(work: Work, tx: Tx, ids: Iterable[int], faults: Sequence[Fault]) -> None:
    """Note what was set aside, and what was set aside once and is read again."""
    failed = {fault.odoo_id for fault in faults}
    read = work.aside.keys() & set(ids) - failed
    if read or faults:
        await set_aside.settle(
            tx,
            work.connection_id,
            work.dataset.name,
            read=read,
            faults=faults,
            now=work.clock(),
        )
        for odoo_id in read:
            del work.aside[odoo_id]
