"""Syncs beside writers: what is promised holds while they write, and all of it once they rest."""

from __future__ import annotations

from live.copies import assert_equal, assert_true, sync
from live.writers import writers_at
from raw_odoo import RawOdoo
from service import PROFILE, Caller

_DEEDS = 80


def _sync_all(caller: Caller, **wishes: bool) -> None:
    for noun in ("contacts", "products"):
        sync(caller, noun, **wishes)


def test_a_copy_made_beside_writers_is_true_while_they_write_and_equal_when_they_rest(
    caller: Caller, odoo: RawOdoo
) -> None:
    caller.post(PROFILE, odoo.credentials)
    with writers_at(odoo) as writers:
        while sum(writers.done.values()) < _DEEDS:
            _sync_all(caller)
            assert_true(caller, quiet=False)
        writers.stop()
        _sync_all(caller)
        assert_true(caller)
        assert_equal(caller, odoo)
    _sync_all(caller, confirm_deletions=True)
    assert_true(caller)
    assert_equal(caller, odoo)
