from __future__ import annotations

from typing import get_args

from odoosync.notifications.event_types import CHOOSABLE, MAILED, MEANINGS, chosen_kinds
from odoosync.sync.events import Kind


def test_every_kind_has_a_meaning() -> None:
    assert tuple(MEANINGS) == tuple(sorted(MEANINGS, key=get_args(Kind).index))
    assert set(MEANINGS) == set(get_args(Kind))


def test_what_is_mailed_can_be_chosen() -> None:
    assert set(CHOOSABLE) >= MAILED


def test_kinds_are_kept_in_one_order_and_once() -> None:
    assert chosen_kinds(["run.failed", "run.finished", "run.failed"]) == [
        "run.finished",
        "run.failed",
    ]
    assert chosen_kinds(None) is None
