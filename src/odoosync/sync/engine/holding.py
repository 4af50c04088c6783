"""Holding rows back that are gone, too many at once to be marked: a person is asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from odoosync.db import Tx
from odoosync.odoo.errors import AccessRefused, RecordMissing
from odoosync.sync import questions, runs
from odoosync.sync.engine.work import Work
from odoosync.sync.patience import patiently
from odoosync.sync.questions import Place

_LOOKED_AT: Final = 1_000
Seems = Literal["deleted", "hidden", "there"]


@dataclass(frozen=True, slots=True)
class Held:
    """Rows that wait: `kept` live ones were here before, `visible` ones are there now."""

    ids: Sequence[int]
    reason: str
    kept: int
    visible: int
    seems: Seems


def place_of(work: Work) -> Place:
    return Place(work.connection_id, work.dataset.name, "deletions")


async def held_ids(work: Work) -> frozenset[int]:
    """Return the rows that an earlier sync found gone and that wait for a confirmation."""
    async with work.database.tenant(work.claim.tenant_id, write=False) as tx:
        return await questions.asked_about(tx, place_of(work))


async def seem(work: Work, ids: Sequence[int]) -> Seems:
    """Tell by one call what these rows look like; `hidden` as soon as one of the first is.

    What each is, is told apart when they are marked.
    """
    probe = "create_date" if "create_date" in work.fields else "display_name"
    some, context = list(ids[:_LOOKED_AT]), work.context
    try:
        rows = await patiently(
            lambda: work.client.read(work.dataset.model, some, [probe], context=context)
        )
    except AccessRefused:
        return "hidden"
    except RecordMissing:
        return "deleted"
    return "there" if rows else "deleted"


async def hold(work: Work, tx: Tx, held: Held, *, answered: bool) -> None:
    """Ask about them, and say so in the run's note."""
    await questions.ask(
        tx,
        place_of(work),
        held.ids,
        reason=held.reason,
        counts={
            "gone": len(held.ids),
            "kept": held.kept,
            "visible": held.visible,
            "seems": held.seems,
        },
        run_id=work.run_id,
        now=work.clock(),
        answered=answered,
    )
    await runs.add_note(tx, work.run_id, held.reason)
