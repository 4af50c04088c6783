"""Which calls a fault strikes, and how often."""

from __future__ import annotations

import pytest

from odoo_sandbox.faults import Fault, Faults, UnknownFault, fault_from_json


def struck(faults: Faults, *calls: tuple[str, str]) -> list[list[str]]:
    return [[one.kind for one in faults.take(*call)] for call in calls]


CALL = ("res.partner", "search_read")


def test_a_fault_lasts_until_it_is_cleared() -> None:
    faults = Faults()
    faults.add(Fault("hang"))
    assert struck(faults, CALL, CALL) == [["hang"], ["hang"]]
    faults.clear()
    assert struck(faults, CALL) == [[]]


def test_a_fault_may_last_some_calls_only() -> None:
    faults = Faults()
    faults.add(Fault("cut", times=2))
    assert struck(faults, CALL, CALL, CALL) == [["cut"], ["cut"], []]


def test_a_fault_may_let_some_calls_pass_first() -> None:
    faults = Faults()
    faults.add(Fault("cut", times=1, skip=2))
    assert struck(faults, CALL, CALL, CALL, CALL) == [[], [], ["cut"], []]


def test_a_fault_may_be_for_one_model_and_method() -> None:
    faults = Faults()
    faults.add(Fault("garbage", model="res.partner", method="search_read"))
    assert struck(faults, ("res.partner", "read"), CALL) == [[], ["garbage"]]


def test_latency_comes_on_top_of_another_fault() -> None:
    faults = Faults()
    faults.add(Fault("latency", seconds=1))
    faults.add(Fault("status", status=503))
    faults.add(Fault("cut"))
    assert struck(faults, CALL) == [["latency", "status"]]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnknownFault, match="There is no fault"):
        Faults().add(Fault("earthquake"))


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(UnknownFault, match="A fault has a `kind`"):
        fault_from_json({"kind": "hang", "loud": True})
