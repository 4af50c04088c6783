from __future__ import annotations

from datetime import timedelta

from odoosync.accounts.failed_login_audit import FailedLoginAudit
from people import NOW


def test_the_first_refusals_are_kept_and_the_next_one_tells_how_many_were_not() -> None:
    refusals = FailedLoginAudit()
    assert [refusals.admit("anna", NOW) for _ in range(25)] == [0] * 20 + [None] * 5
    assert refusals.admit("anna", NOW + timedelta(minutes=10)) == 5
    assert refusals.admit("anna", NOW + timedelta(minutes=20)) == 0


def test_an_attack_on_one_name_hides_no_attack_on_another() -> None:
    refusals = FailedLoginAudit()
    for _ in range(1000):
        refusals.admit("", NOW)
    assert refusals.admit("anna", NOW) == 0


def test_a_year_of_attacks_on_every_name_fills_no_disk() -> None:
    refusals, kept = FailedLoginAudit(), 0
    for second in range(0, 86_400, 2):
        now = NOW + timedelta(seconds=second)
        kept += refusals.admit(f"user{second % 1000}", now) is not None
    assert kept <= 8_840
