"""The change feed: records in the order in which their last change became visible.

A record stands in the feed once, at its last change. Whoever reads on from where they were sees
every record that changed since, at least once and without gaps, however long ago that was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, Self

from sqlalchemy import ColumnElement, Row, Select, tuple_

from odoosync.db import Tx
from odoosync.errors import InvalidInput
from odoosync.store import dialects, positions
from odoosync.store.reading import RECORD_COLUMNS, StoredRecord, stored_record
from odoosync.store.tables import records

Kind = Literal["created", "updated", "deleted", "hidden"]


_WRITTEN: Final = re.compile(r"(?:([1-9][0-9]{0,17})-)?([0-9]{1,18})", re.ASCII)


class NoPosition(InvalidInput):
    code = "bad_position"

    def __init__(self) -> None:
        super().__init__("This is no place in the feed. Send `next_after` as it came, or 0.")


class BeyondTheEnd(InvalidInput):
    code = "position_ahead"

    def __init__(self, end: object) -> None:
        super().__init__(
            f"This place lies beyond the end of the feed, which is at {end}. It is another "
            "database's, or the database was restored from a backup. Begin anew with `after=0`; "
            f"`after={end}` would leave out all that is there already."
        )


class Position(NamedTuple):
    """A place in the feed, written `SEQ`, on PostgreSQL `XID-SEQ`; zero is its beginning."""

    xid: int
    seq: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a position. Raises NoPosition."""
        match = _WRITTEN.fullmatch(text)
        if match is None:
            raise NoPosition
        return cls(int(match[1] or 0), int(match[2]))

    def __str__(self) -> str:
        return f"{self.xid}-{self.seq}" if self.xid else str(self.seq)


START: Final = Position(0, 0)


@dataclass(frozen=True, slots=True)
class Change:
    """One record at its last change. `created` is one that has not changed since it was stored."""

    position: Position
    kind: Kind
    connection_id: int
    dataset: str
    record: StoredRecord


async def check_position(tx: Tx, after: Position) -> None:
    """Raise BeyondTheEnd for a place that was never given: no change would ever come after it."""
    if after > await positions.last_given(tx):
        raise BeyondTheEnd(await horizon(tx))


async def read_changes(
    tx: Tx,
    after: Position,
    *,
    connection_ids: Sequence[int],
    datasets: Sequence[str] | None,
    limit: int,
) -> list[Change]:
    """Return up to `limit` changes beyond `after`, in order, of these connections and datasets."""
    if not connection_ids:
        return []
    statement = changes_statement(
        tx, after, connection_ids=connection_ids, datasets=datasets, limit=limit
    )
    return [_change(row) for row in await tx.all(statement)]


async def horizon(tx: Tx) -> Position:
    """Return the last place that is shown of any connection; take it before anything else is read.

    On PostgreSQL each statement sees a state of its own, never an older one. So what lies before
    this place was committed before the connections were listed and the changes read, and is among
    them. On SQLite the whole transaction sees one state. No place beyond a stored record's is
    given: a dump that is restored elsewhere tells from those where its changes must go on.
    """
    row = await tx.first(horizon_statement(tx))
    return START if row is None else Position(row.change_xid, row.change_seq)


def horizon_statement(tx: Tx) -> Select[Any]:
    places = tx.select(records, records.c.change_xid, records.c.change_seq)
    backwards = (records.c.change_xid.desc(), records.c.change_seq.desc())
    return places.where(*_is_shown(tx)).order_by(*backwards).limit(1)


def _is_shown(tx: Tx) -> tuple[ColumnElement[bool], ...]:
    if tx.dialect == "postgresql":
        return (records.c.change_xid < positions.oldest_open(),)
    return ()


def changes_statement(
    tx: Tx,
    after: Position,
    *,
    connection_ids: Sequence[int],
    datasets: Sequence[str] | None,
    limit: int,
) -> Select[Any]:
    place = tuple_(records.c.change_xid, records.c.change_seq)
    statement = tx.select(
        records,
        *(records.c[name] for name in (*RECORD_COLUMNS, *_PLACE)),
        dialects.data_text(tx.dialect).label("data"),
    ).where(place > tuple_(*after), records.c.connection_id.in_(connection_ids))
    if datasets is not None:
        statement = statement.where(records.c.dataset.in_(datasets))
    in_order = statement.order_by(records.c.change_xid, records.c.change_seq)
    return in_order.where(*_is_shown(tx)).limit(limit)


_PLACE: Final = ("connection_id", "dataset", "change_xid", "change_seq", "created_seq")


def _change(row: Row[Any]) -> Change:
    return Change(
        position=Position(row.change_xid, row.change_seq),
        kind=_kind(row),
        connection_id=row.connection_id,
        dataset=row.dataset,
        record=stored_record(row),
    )


def _kind(row: Row[Any]) -> Kind:
    if row.deleted_at is not None:
        return "deleted"
    if row.unreachable_at is not None:
        return "hidden"
    return "created" if row.change_seq == row.created_seq else "updated"
