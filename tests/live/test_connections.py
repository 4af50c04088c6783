"""Two users and all the Odoos that are named: rows, cursors and histories stay apart."""

from __future__ import annotations

from apart import live_apart
from raw_odoo import RawOdoo
from service import Caller, Service


def test_copies_cursors_and_histories_stay_apart(
    service: Service, caller: Caller, odoos: list[RawOdoo]
) -> None:
    with service.registered() as other:
        live_apart(caller, other, odoos)
