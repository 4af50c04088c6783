from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from odoosync.store.comparing import Kept
from odoosync.store.rows import encode
from odoosync.sync.datasets import CONTACTS
from odoosync.sync.mapping import to_row
from odoosync.sync.verify.judging import Judge, Promise, promise_of
from odoosync.sync.window import Cursor

SYNCED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OLD, LATELY, AFTER = "2026-01-01T00:00:00Z", "2026-03-01T11:58:00Z", "2026-03-01T12:00:01Z"
PROMISE = Promise("2026-03-01T12:00:00Z", "2026-03-01T11:55:00Z", None, rereads_volatile=True)
CONFIRMED = replace(PROMISE, confirmed_at=SYNCED)
FIELDS = ("name", "city", "category_id", "write_date")
JUDGE = Judge(CONTACTS, FIELDS, frozenset({"category_id"}))


def data(**more: Any) -> dict[str, Any]:
    return {"name": "Anna", "city": "Bern", "category_id": [1], "write_date": OLD} | more


def kept(**more: Any) -> Kept:
    return Kept(encode(to_row(CONTACTS, 7, data(**more))), SYNCED, SYNCED, None, None)


def judged(
    theirs: dict[str, Any] | None,
    here: Kept | None,
    promise: Promise = PROMISE,
    *,
    moved: bool = False,
) -> tuple[str, tuple[str, ...]] | None:
    verdict = JUDGE.verdict(7, theirs, here, promise, moved=moved)
    return None if verdict is None else (verdict.kind, verdict.fields)


def test_equal_rows_are_true() -> None:
    assert judged(data(), kept()) == ("true", ())


def test_differing_fields_are_named() -> None:
    theirs = data(name="Berta", city=None)
    assert judged(theirs, kept()) == ("stale", ("name", "city"))


@pytest.mark.parametrize(
    ("there", "here", "kind"),
    [
        (OLD, OLD, "stale"),
        (AFTER, OLD, "pending"),
        (LATELY, OLD, "pending"),
        (LATELY, LATELY, "stale"),
        (AFTER, AFTER, "pending"),
        (None, None, "stale"),
    ],
)
def test_what_was_written_since_is_pending(there: str | None, here: str | None, kind: str) -> None:
    found = judged(data(city="Thun", write_date=there), kept(write_date=here))
    assert found is not None
    assert found[0] == kind


def test_a_sync_in_between_leaves_it_open() -> None:
    assert judged(data(city="Thun"), kept(), moved=True) == ("pending", ("city",))
    assert judged(data(), None, moved=True) == ("pending", ())
    assert judged(None, kept(), moved=True) == ("pending", ())


def test_a_volatile_field_alone_is_told_apart_while_the_row_is_as_it_was_written() -> None:
    theirs = data(category_id=[1, 2])
    assert judged(theirs, kept()) == ("volatile", ("category_id",))
    broken = kept()
    broken = replace(broken, row=broken.row._replace(content_hash=b"x" * 16))
    assert judged(theirs, broken) == ("stale", ("category_id",))


def test_volatile_fields_that_are_overdue_are_stale() -> None:
    late = replace(PROMISE, rereads_volatile=False)
    assert judged(data(category_id=[2]), kept(), late) == ("stale", ("category_id",))


@pytest.mark.parametrize(
    ("written", "promise", "kind"),
    [
        (OLD, PROMISE, "missing"),
        (LATELY, PROMISE, "missing"),
        (AFTER, PROMISE, "pending"),
        (None, PROMISE, "missing"),
        (OLD, CONFIRMED, "missing"),
        (LATELY, CONFIRMED, "pending"),
        (None, CONFIRMED, "pending"),
    ],
)
def test_a_row_that_is_not_here_is_new_or_missing(
    written: str | None, promise: Promise, kind: str
) -> None:
    assert judged(data(write_date=written), None, promise) == (kind, ())


def test_a_row_that_is_not_there_was_deleted_since_or_never_was() -> None:
    assert judged(None, kept()) == ("phantom", ())
    assert judged(None, kept(), CONFIRMED) == ("pending", ())
    seen_gone = replace(CONFIRMED, gone_before=frozenset({7}))
    assert judged(None, kept(), seen_gone) == ("phantom", ())
    later = replace(kept(), created_at=SYNCED + timedelta(seconds=1))
    assert judged(None, later, CONFIRMED) == ("phantom", ())


@pytest.mark.parametrize("mark", ["deleted_at", "unreachable_at"])
def test_a_marked_row_counts_only_when_odoo_shows_it(mark: str) -> None:
    times: dict[str, Any] = {mark: SYNCED}
    marked = replace(kept(), **times)
    assert judged(None, marked) is None
    assert judged(data(), marked) == ("missing", ())


def test_a_row_that_is_in_sight_again_waits_for_the_next_sync() -> None:
    assert judged(data(), replace(kept(), unreachable_at=SYNCED), CONFIRMED) == ("pending", ())
    assert judged(data(), replace(kept(), deleted_at=SYNCED), CONFIRMED) == ("missing", ())


def test_a_field_that_odoo_has_no_more_is_no_difference() -> None:
    assert judged(data(), kept(mobile="079")) == ("true", ())


def test_a_field_not_kept_yet_differs_only_where_rows_hold_all() -> None:
    theirs, lenient = data(vat="CHE"), replace(JUDGE, fields=(*FIELDS, "vat"), whole=False)
    assert lenient.differences(7, theirs, kept()) == ()
    assert replace(lenient, whole=True).differences(7, theirs, kept()) == ("vat",)


def test_nothing_is_promised_before_the_first_sync() -> None:
    promise = promise_of(
        Cursor(), t0=SYNCED, our_now=SYNCED, confirmed_at=SYNCED, volatile_every=timedelta(hours=6)
    )
    assert judged(data(write_date=AFTER), None, promise) == ("missing", ())


@pytest.mark.parametrize(("hours", "rereads"), [(0, True), (5, True), (6, False)])
def test_volatile_fields_have_a_freshness_of_their_own(hours: int, rereads: bool) -> None:  # noqa: FBT001
    cursor = Cursor(low=SYNCED, volatile_at=SYNCED - timedelta(hours=hours))
    promise = promise_of(
        cursor, t0=SYNCED, our_now=SYNCED, confirmed_at=None, volatile_every=timedelta(hours=6)
    )
    assert promise.rereads_volatile == rereads
