"""Reading rows again that Odoo failed on before, at two calls as long as it still fails on them.

What is sound of them is read at once. What failed is tried on the row that waits longest, and on
those that were written since: where these can be read all can be tried.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from odoosync.db import Tx
from odoosync.odoo.domain import odoo_time
from odoosync.sync import set_aside
from odoosync.sync.engine.keeping import keep, make_ready
from odoosync.sync.engine.narrowing import (
    MOST_OF_A_FIELD,
    FieldsFail,
    Found,
    Parts,
    blame,
    read_around,
    read_fields,
)
from odoosync.sync.engine.work import Work
from odoosync.sync.failing_fields import FieldError
from odoosync.sync.set_aside import WHOLE_ROW, Fault

_AT_ONCE: Final = 1_000


async def try_again(work: Work) -> None:
    """Read once more what was set aside; what is not there any more is forgotten."""
    by_fields: dict[frozenset[str], list[int]] = defaultdict(list)
    for odoo_id, faults in work.aside.items():
        if odoo_id not in work.spared:
            by_fields[frozenset(faults)].append(odoo_id)
    if not by_fields:
        return
    for failed, ids in by_fields.items():
        for start in range(0, len(ids), _AT_ONCE):
            found = await _read(work, ids[start : start + _AT_ONCE], failed)
            await keep(work, make_ready(work, found.rows, found.faults), last_id=None)
    over = work.aside.keys() - work.spared

    async def write(tx: Tx) -> Mapping[str, int]:
        place, now = (work.connection_id, work.dataset.name), work.clock()
        await set_aside.settle(tx, *place, read=over, faults=(), now=now)
        return {}

    await work.commit(work.plan.at(work.plan.stage), write)


async def _read(work: Work, ids: Sequence[int], failed: frozenset[str]) -> Found:
    """Read rows that Odoo failed on for the same fields; `ids` come as long as they wait."""
    fields = work.plan.fields
    if WHOLE_ROW in failed:
        first, others = await read_around(work, ids[:1], fields), ids[1:]
        if first.faults:
            return first.joined(Found(faults=_as_before(work, others)))
        return first.joined(await read_around(work, others, fields)) if others else first
    sound = sorted(name for name in fields if name not in failed)
    parts = Parts.of(await read_around(work, sorted(ids), sound))
    suspects = sorted(failed.intersection(fields))
    if not suspects:
        return parts.found()
    tried, rest = parts.split(_first(work, ids, parts.rows))
    await _try(work, suspects, tried)
    if tried.faults:
        rest.faults += _as_before(work, rest.rows)
    else:
        await _try(work, suspects, rest)
    return tried.found().joined(rest.found())


def _first(work: Work, ids: Sequence[int], rows: Mapping[int, Mapping[str, Any]]) -> set[int]:
    """Return the row that waits longest, and those that were written since."""
    there = [odoo_id for odoo_id in ids if odoo_id in rows]
    since = work.plan.since
    if since is None:
        return set(there)
    written = odoo_time(since)
    return {*there[:1], *(one for one in there if (rows[one].get("write_date") or "") >= written)}


async def _try(work: Work, suspects: Sequence[str], parts: Parts) -> None:
    if parts.rows:
        await read_fields(work, suspects, parts)
        await blame(work, parts)


def _as_before(work: Work, ids: Collection[int]) -> list[Fault]:
    """Leave rows set aside as they are. Raises FieldsFail for a field that fails on too many."""
    faults = [fault for odoo_id in ids for fault in work.aside[odoo_id].values()]
    work.faulty.update(ids)
    for fault in faults:
        rows = work.failing[fault.field]
        rows.add(fault.odoo_id)
        if fault.field != WHOLE_ROW and len(rows) > MOST_OF_A_FIELD:
            error = FieldError(fault.field, fault.code, fault.reason, tuple(sorted(rows)))
            raise FieldsFail(error)
    return faults
