from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from odoosync.odoo.domain import after, all_of, odoo_time, with_ids, written_since

NOON = datetime(2026, 1, 31, 12, 0, 0, 999_999, tzinfo=UTC)


def test_a_moment_is_written_in_utc_and_rounded_down() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    assert odoo_time(east) == "2026-01-31 12:00:00"


def test_a_window_holds_rows_without_a_date() -> None:
    assert written_since(NOON) == [
        "|",
        ["write_date", ">=", "2026-01-31 12:00:00"],
        ["write_date", "=", False],
    ]


def test_complete_domains_join_as_and() -> None:
    joint = all_of(written_since(NOON), after(7), with_ids({3}))
    assert joint == [*written_since(NOON), ["id", ">", 7], ["id", "in", [3]]]
