"""What a sync may not decide alone: it asks a person, and goes by the answer.

A question stands beside the copy, at most one of a kind for a dataset, until a sync finds that it
has been answered or that there is nothing to ask any more. An answer is for what was asked about,
to the row; it holds until a sync has acted on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Row

from odoosync.clock import iso
from odoosync.db import Tx
from odoosync.errors import Conflict
from odoosync.sync import id_sets
from odoosync.sync.tables import questions

Kind = Literal["deletions", "restored"]
_EXAMPLES: Final = 20
_SHOWN: Final = tuple(column for column in questions.c if column.name != "ids")


class NothingAsked(Conflict):
    code = "nothing_to_confirm"

    def __init__(self) -> None:
        super().__init__("Nothing waits for a confirmation here, or it has been carried out.")


class AskedAnew(Conflict):
    code = "other_rows_by_now"

    def __init__(self) -> None:
        super().__init__(
            "Other rows are gone by now than those that were shown. Look again, then confirm."
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Whose copy a question is about, and what it asks."""

    connection_id: int
    dataset: str
    kind: Kind

    def where(self) -> Sequence[ColumnElement[bool]]:
        columns = questions.c
        return (
            columns.connection_id == self.connection_id,
            columns.dataset == self.dataset,
            columns.kind == self.kind,
        )


async def ask(
    tx: Tx,
    place: Place,
    ids: Sequence[int],
    *,
    reason: str,
    counts: Mapping[str, Any],
    run_id: str,
    now: datetime,
    answered: bool = False,
) -> None:
    """Ask about these rows; `answered` when an earlier answer was acted on, which ends it.

    An answer that came in meanwhile stays: the sync that was asked for with it goes by it.
    """
    before = await _locked(tx, place)
    if before is not None and before.confirmed_at is not None and not answered:
        return
    goes_on = before is not None and before.confirmed_at is None
    packed = id_sets.pack(ids)
    values = {
        "reason": reason,
        "counts": dict(counts),
        "examples": sorted(ids)[:_EXAMPLES],
        "ids": packed,
        "fingerprint": id_sets.fingerprint(packed),
        "run_id": run_id,
        "since": before.since if before is not None and goes_on else now,
        "seen_at": now,
        "confirmed_at": None,
        "confirmed_by": None,
    }
    if before is not None:
        await tx.execute(tx.update(questions).where(*place.where()).values(**values))
        return
    here = {"connection_id": place.connection_id, "dataset": place.dataset, "kind": place.kind}
    await tx.insert(questions, here | values)


async def settle(tx: Tx, place: Place) -> None:
    """Forget a question: a sync acted on the answer, or there is nothing to ask any more."""
    await tx.execute(tx.delete(questions).where(*place.where()))


async def asked_about(tx: Tx, place: Place) -> frozenset[int]:
    """Return the rows that a question is about, answered or not; none without a question."""
    packed = await tx.scalar(tx.select(questions, questions.c.ids).where(*place.where()))
    return frozenset() if packed is None else id_sets.unpack(packed)


async def answered(tx: Tx, place: Place) -> frozenset[int] | None:
    """Return the rows that a person has confirmed; None without an answer."""
    packed = await tx.scalar(
        tx.select(questions, questions.c.ids).where(
            *place.where(), questions.c.confirmed_at.is_not(None)
        )
    )
    return None if packed is None else id_sets.unpack(packed)


async def confirm(
    tx: Tx, place: Place, *, fingerprint: str | None, user_id: int | None, now: datetime
) -> dict[str, Any]:
    """Answer yes to what is asked now; returns its counts and fingerprint. Raises NothingAsked.

    With `fingerprint`, what a person was shown, it raises AskedAnew when it is not that any more.
    """
    asked = await _locked(tx, place)
    if asked is None:
        raise NothingAsked
    if fingerprint is not None and fingerprint != asked.fingerprint:
        raise AskedAnew
    answer = {"confirmed_at": now, "confirmed_by": user_id}
    await tx.execute(tx.update(questions).where(*place.where()).values(**answer))
    return {**asked.counts, "fingerprint": asked.fingerprint}


async def listed(tx: Tx, connection_id: int, kind: Kind) -> list[dict[str, Any]]:
    """Return the open questions of a kind as every surface shows them, a dataset each."""
    found = await tx.all(
        tx.select(questions, *_SHOWN)
        .where(questions.c.connection_id == connection_id, questions.c.kind == kind)
        .order_by(questions.c.dataset)
    )
    return [_view(row) for row in found]


def _view(row: Row[Any]) -> dict[str, Any]:
    return {
        "connection_id": row.connection_id,
        "dataset": row.dataset,
        **row.counts,
        "examples": row.examples,
        "fingerprint": row.fingerprint,
        "reason": row.reason,
        "since": iso(row.since),
        "seen_at": iso(row.seen_at),
        "run_id": row.run_id,
        "confirmed_at": iso(row.confirmed_at),
        "confirmed_by": row.confirmed_by,
    }


async def _locked(tx: Tx, place: Place) -> Row[Any] | None:
    return await tx.first(tx.select(questions, *_SHOWN).where(*place.where()).with_for_update())
