"""Noticing that the database behind a connection went back in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from odoosync.db import Tx
from odoosync.errors import Conflict
from odoosync.jobs import run_queue
from odoosync.odoo.errors import BadAnswer
from odoosync.store import newest
from odoosync.store.newest import Dated
from odoosync.sync import questions
from odoosync.sync.engine import holding
from odoosync.sync.engine.keeping import settle
from odoosync.sync.engine.narrowing import read_around
from odoosync.sync.engine.work import Work
from odoosync.sync.questions import Place


class DatabaseRestored(Conflict):
    """Rows are older there than here, or others under their ids."""

    code = "odoo_database_restored"

    def __init__(self) -> None:
        super().__init__(
            "This Odoo database was restored to an earlier state: its newest rows are older than "
            "the copy's. If that was meant, confirm it (confirm_restored) or start a full sync: "
            "that takes the copy back, too."
        )


_LOOKS: Final = (20, 2_000)


async def check(work: Work) -> None:
    """Compare the rows that are newest here with what Odoo says now. Raises DatabaseRestored.

    A backup knows nothing of rows made after it: where none of the newest is there any more, more
    of them are looked at, for what was edited before them would be stale for good. And it gives
    their ids again: a row that was made later than ours of that id is another one. Rows that are
    held back are known to be gone: as many others are looked at.
    """
    if "write_date" not in work.fields:
        return
    held = await holding.held_ids(work)
    for limit in _LOOKS:
        most = limit + min(len(held), _LOOKS[-1])
        async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
            found = await newest.newest(tx, work.connection_id, work.dataset.name, limit=most)
        rows = [row for row in found if row.odoo_id not in work.by_themselves]
        others = [row for row in rows if row.odoo_id not in held][:limit]
        gone = [row for row in rows if row.odoo_id in held][:limit]
        kept = {row.odoo_id: row for row in (*others, *gone)}
        there = await _dates(work, kept)
        since = f"{work.plan.since:%Y-%m-%dT%H:%M:%SZ}" if work.plan.since else None
        older = [odoo_id for odoo_id, row in there.items() if _is_other(row, kept[odoo_id], since)]
        if older:
            await _ask(work, older, looked_at=len(there))
            raise DatabaseRestored
        if not held.issuperset(there) or len(found) < most:
            return


def place_of(work: Work) -> Place:
    return Place(work.connection_id, work.dataset.name, "restored")


async def _ask(work: Work, older: Sequence[int], *, looked_at: int) -> None:
    """Remember the question beside the copy: a run that fails says it once."""
    async with work.database.tenant(work.claim.tenant_id) as tx:
        await run_queue.advance(tx, work.claim, work.plan.to_json())
        await questions.ask(
            tx,
            place_of(work),
            older,
            reason=DatabaseRestored().message,
            counts={"older": len(older), "looked_at": looked_at},
            run_id=work.run_id,
            now=work.clock(),
        )


def _is_other(there: Mapping[str, Any], kept: Dated, since: str | None) -> bool:
    """Tell a row that went back in time, or was made after ours under its id.

    What was written within the window is read again whatever the copy says of it: a row that was
    dated in the future once, and written since, is no sign of anything.
    """
    written, created = there.get("write_date"), there.get("create_date")
    went_back = written is not None and written < kept.written and (not since or written < since)
    made_since = created is not None and kept.created is not None and created > kept.created
    return went_back or made_since


async def _dates(work: Work, kept: Mapping[int, Dated]) -> dict[int, dict[str, Any]]:
    """Return the dates that Odoo tells of these rows, those out of sight left out."""
    if not kept:
        return {}
    names = tuple(name for name in ("write_date", "create_date") if name in work.fields)
    found = await read_around(work, sorted(kept), names)
    if found.faults:

        async def write(tx: Tx) -> Mapping[str, int]:
            await settle(work, tx, (), found.faults)
            return {}

        await work.commit(work.plan, write)
    decoded = work.decode(found.rows, names)
    if not decoded.keys() <= kept.keys():
        raise BadAnswer
    return decoded
