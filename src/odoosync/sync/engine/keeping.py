"""A page on its way into the copy: made ready without the database, then kept in one transaction.

Made ready in a thread, so that what else the process does goes on meanwhile. Encoded rows take a
fifth of the memory of decoded ones, so a page that waits for the one before it waits encoded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from odoosync.db import Tx
from odoosync.odoo.errors import BadAnswer
from odoosync.store import reading, writing
from odoosync.store.rows import EncodedRow, encode
from odoosync.store.writing import PageCounts
from odoosync.sync import set_aside
from odoosync.sync.engine import labels
from odoosync.sync.engine.labels import Targets
from odoosync.sync.engine.sifting import sift
from odoosync.sync.engine.work import Work
from odoosync.sync.mapping import to_row
from odoosync.sync.set_aside import Fault

_AT_ONCE: Final = 250


@dataclass(frozen=True, slots=True)
class Ready:
    """Rows by id, encoded; of those read in part also what was read; and whom they point to."""

    rows: dict[int, EncodedRow]
    in_part: dict[int, dict[str, Any]]
    targets: Targets
    faults: list[Fault]


def make_ready(work: Work, raw: list[dict[str, Any]], faults: Sequence[Fault]) -> Ready:
    """Decode and encode rows as Odoo sent them; no I/O. Raises BadAnswer.

    Some at a time, and the list is emptied on the way: what one leaves in the processor's cache
    serves the next.
    """
    ready, relations = Ready({}, {}, {}, list(faults)), work.relations
    while raw:
        some = raw[:_AT_ONCE]
        del raw[:_AT_ONCE]
        _add(work, ready, some, relations)
    return ready


def _add(work: Work, ready: Ready, raw: list[dict[str, Any]], relations: Mapping[str, str]) -> None:
    try:
        rows = work.rows(raw)
    except BadAnswer:
        ready.faults.extend(sift(work, raw, work.plan.fields))
        rows = work.rows(raw)
    ready.rows.update((row.odoo_id, encode(row)) for row in rows)
    if faulty := {fault.odoo_id for fault in ready.faults}:
        ready.in_part.update((row.odoo_id, row.data) for row in rows if row.odoo_id in faulty)
    for model, targets in labels.pointed_to(relations, rows).items():
        ready.targets.setdefault(model, {}).update(targets)


async def keep(work: Work, page: Ready, *, last_id: int | None) -> None:
    """Commit one page: its rows, the names they need, the counts and how far the run has come."""
    names = await labels.fetch_missing(work, page.targets, page.rows.keys())

    async def write(tx: Tx) -> Mapping[str, int]:
        stored = await _store(work, tx, page)
        await labels.keep(work, tx, names)
        await settle(work, tx, page.rows, page.faults)
        return {
            "fetched": len(page.rows),
            "created": stored.created,
            "updated": stored.updated,
            "unchanged": stored.unchanged,
            "pages": 1,
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
    read = work.aside.intersection(ids) - failed
    if read or faults:
        await set_aside.settle(
            tx,
            work.connection_id,
            work.dataset.name,
            read=read,
            faults=faults,
            now=work.clock(),
        )
        work.aside -= read
