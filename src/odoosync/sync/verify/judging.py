"""What a difference between Odoo and the copy means. Pure.

A copy promises what was written before its last T0. What Odoo wrote since is pending: the next
sync reads it. Deletions and volatile fields carry no date there, so the promise is looked up here:
ids by what the last comparison of ids left live, volatile fields by the row's own hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import orjson

from odoosync.clock import iso
from odoosync.store.comparing import Kept
from odoosync.store.rows import encode
from odoosync.sync.datasets import Dataset
from odoosync.sync.mapping import to_row
from odoosync.sync.window import LOOKBACK, Cursor, reach

Kind = Literal["true", "missing", "stale", "phantom", "pending", "volatile"]
_ABSENT: Final = object()
_PROMOTED: Final = ("name", "email", "reference", "barcode", "active", "search")


@dataclass(frozen=True, slots=True)
class Promise:
    """What the copy claims.

    `low` and `since` are texts as rows carry their dates, None before the first sync.
    `confirmed_at` is set while the live ids are those that the last comparison of ids left,
    `rereads_volatile` while volatile fields are read again as often as they should be.
    `gone_before` are ids that an earlier verification saw gone, before the last sync began.
    """

    low: str | None
    since: str | None
    confirmed_at: datetime | None
    rereads_volatile: bool
    gone_before: frozenset[int] = frozenset()

    def is_open_since_lookback(self, written: str | None) -> bool:
        """Tell whether a transaction that began then may have ended after the last sync."""
        return self.since is not None and written is not None and written >= self.since

    def covers_deletion_of(self, kept: Kept) -> bool:
        """Tell whether a row was surely there when ids were last compared."""
        if self.confirmed_at is None or kept.odoo_id in self.gone_before:
            return False
        return kept.created_at <= self.confirmed_at

    def is_open_since_low(self, written: str | None) -> bool:
        return self.low is not None and written is not None and written >= self.low


@dataclass(frozen=True, slots=True)
class Verdict:
    """`fields` are names of what differs: fields, or columns that lists search by."""

    odoo_id: int
    kind: Kind
    fields: tuple[str, ...] = ()


def promise_of(
    cursor: Cursor,
    *,
    t0: datetime,
    our_now: datetime,
    confirmed_at: datetime | None,
    volatile_every: timedelta,
    gone_before: frozenset[int] = frozenset(),
    lookback: timedelta | None = None,
) -> Promise:
    """Read the promise from the cursor; a server's clock that was set back moves it, too."""
    if cursor.low is None:
        return Promise(None, None, None, rereads_volatile=False)
    low = reach(cursor.low, cursor.low_seen_at, t0=t0, our_now=our_now, lag=cursor.lag)
    late = cursor.volatile_at is None or cursor.low - cursor.volatile_at >= volatile_every
    return Promise(
        low=_text(low),
        since=_text(low - (lookback or LOOKBACK)),
        confirmed_at=confirmed_at,
        rereads_volatile=not late,
        gone_before=gone_before,
    )


def _text(moment: datetime) -> str | None:
    return iso(moment.replace(microsecond=0))


@dataclass(frozen=True, slots=True)
class Judge:
    """Compares rows of one dataset by `fields`, of which `volatile` carry no date.

    With `whole`, rows are to hold all of the fields; without, the last complete sync knew others.
    """

    dataset: Dataset
    fields: Sequence[str]
    volatile: frozenset[str]
    whole: bool = True

    def differences(self, odoo_id: int, theirs: dict[str, Any], kept: Kept) -> tuple[str, ...]:
        """Name the fields that differ, and the columns that lists go by where no field does."""
        ours = kept.row
        fresh = encode(to_row(self.dataset, odoo_id, theirs))
        if fresh.data != ours.data:
            there, here = orjson.loads(fresh.data), orjson.loads(ours.data)
            expected = self.fields if self.whole else [name for name in self.fields if name in here]
            names = tuple(name for name in expected if there.get(name) != here.get(name, _ABSENT))
            if names:
                return names
            more = {name: here[name] for name in here.keys() - theirs.keys()}
            if more:  # fields that Odoo has no more, or that are not wanted any more
                fresh = encode(to_row(self.dataset, odoo_id, {**more, **there}))
        if fresh.odoo_write_date != ours.odoo_write_date:
            return ("write_date",)
        if not self.whole:  # what lists go by is made of fields that the row may lack
            return ()
        return tuple(name for name in _PROMOTED if getattr(fresh, name) != getattr(ours, name))

    def look(
        self,
        theirs: dict[int, dict[str, Any]],
        kept: dict[int, Kept],
        failed: frozenset[int] = frozenset(),
    ) -> tuple[list[int], list[int]]:
        """Return the ids of rows that are plainly true, and those to look at once more.

        Of `failed` rows Odoo did not say everything: none of them is plainly true.
        """
        true: list[int] = []
        suspects: list[int] = sorted(failed)
        for odoo_id in sorted((theirs.keys() | kept.keys()) - failed):
            there, here = theirs.get(odoo_id), kept.get(odoo_id)
            is_live = here is not None and here.is_live
            if there is None and not is_live:
                continue
            if there and here and is_live and not self.differences(odoo_id, there, here):
                true.append(odoo_id)
            else:
                suspects.append(odoo_id)
        return true, suspects

    def verdict(
        self,
        odoo_id: int,
        theirs: dict[str, Any] | None,
        kept: Kept | None,
        promise: Promise,
        *,
        moved: bool,
    ) -> Verdict | None:
        """Say what a row is at the second look; None when it is on neither side any more.

        `moved`: a sync wrote or marked it between the looks, so that it may be ahead of us.
        """
        if kept is None or not kept.is_live:
            if theirs is None:
                return None
            back = kept is not None and kept.deleted_at is None
            return _not_here(odoo_id, theirs, promise, moved=moved, back=back)
        if theirs is None:
            since = moved or promise.covers_deletion_of(kept)
            return Verdict(odoo_id, "pending" if since else "phantom")
        return self._of_both(theirs, kept, promise, moved=moved)

    def _of_both(
        self, theirs: dict[str, Any], kept: Kept, promise: Promise, *, moved: bool
    ) -> Verdict:
        odoo_id = kept.odoo_id
        names = self.differences(odoo_id, theirs, kept)
        if not names:
            return Verdict(odoo_id, "true")
        if moved or _is_rewritten(theirs.get("write_date"), kept.row.odoo_write_date, promise):
            return Verdict(odoo_id, "pending", names)
        if promise.rereads_volatile and self.volatile.issuperset(names) and kept.is_intact():
            return Verdict(odoo_id, "volatile", names)
        return Verdict(odoo_id, "stale", names)


def _not_here(
    odoo_id: int, theirs: dict[str, Any], promise: Promise, *, moved: bool, back: bool
) -> Verdict:
    """Tell what is new from what is lacking. `back`: it was out of sight, and marked so.

    While the live ids are those last confirmed, none was lost here: what may have come since, has.
    """
    written = theirs.get("write_date")
    new = promise.is_open_since_low(written)
    if promise.confirmed_at is not None:
        new = back or written is None or promise.is_open_since_lookback(written)
    return Verdict(odoo_id, "pending" if moved or new else "missing")


def _is_rewritten(there: str | None, here: str | None, promise: Promise) -> bool:
    """Tell whether Odoo wrote the row after we read it, as far as dates show.

    A row that carries the date that we have was read as of that date: it was written again only
    if in that very second, so that only a date from T0 on leaves it open.
    """
    if there == here:
        return promise.is_open_since_low(there)
    return promise.is_open_since_lookback(there)
