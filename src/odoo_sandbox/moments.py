"""How each version compares a datetime column, which keeps microseconds, with a text of seconds.

Up to 18 the column is compared as it is: `> 'T'` returns rows of that same second again and
`= 'T'` matches hardly any. From 19 `>` means from the next whole second on, `=` the whole second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from odoo_sandbox.refusals import invalid_moment, value_error
from odoo_sandbox.values import read_datetime

Test = Callable[[Any], bool]

_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_DATE_LENGTH = len("2026-01-31")


def moment_test(operator: str, value: Any, *, whole_seconds: bool) -> Test:
    """Make a test of raw stamps (microseconds or False) for one condition."""
    if operator in ("in", "not in"):
        tests = [moment_test("=", one, whole_seconds=whole_seconds) for one in value]
        return _none_of(tests) if operator == "not in" else _one_of(tests)
    if value in (False, None):
        return _against_null(operator)
    make = _compare_seconds if whole_seconds else _compare_exactly
    return make(operator, str(value))


def _compare_exactly(operator: str, value: str) -> Test:
    if len(value) == _DATE_LENGTH:
        value += " 23:59:59" if operator in (">", "<=") else " 00:00:00"
    return _compare(operator, _stamp(value))


def _compare_seconds(operator: str, value: str) -> Test:
    is_date = len(value) == _DATE_LENGTH
    low = _stamp(value) // _SECOND * _SECOND
    high = low + (_DAY if is_date else _SECOND)
    if operator == ">":
        return _compare(">=", high)
    if operator == "<=":
        return _compare("<", high)
    if operator in ("=", "!="):
        inside = low + _SECOND
        if operator == "=":
            return lambda stamp: stamp is not False and low <= stamp < inside
        return lambda stamp: stamp is False or not low <= stamp < inside
    return _compare(operator, low)


def _compare(operator: str, bound: int) -> Test:
    tests: dict[str, Test] = {
        "=": lambda stamp: stamp is not False and stamp == bound,
        "!=": lambda stamp: stamp is False or stamp != bound,
        ">": lambda stamp: stamp is not False and stamp > bound,
        ">=": lambda stamp: stamp is not False and stamp >= bound,
        "<": lambda stamp: stamp is not False and stamp < bound,
        "<=": lambda stamp: stamp is not False and stamp <= bound,
    }
    if operator not in tests:
        raise value_error(f"Operator {operator} is not for datetimes")
    return tests[operator]


def _against_null(operator: str) -> Test:
    if operator == "=":
        return lambda stamp: stamp is False
    if operator == "!=":
        return lambda stamp: stamp is not False
    return lambda _stamp: False


def _stamp(value: str) -> int:
    try:
        return read_datetime(value)
    except ValueError as error:
        raise invalid_moment(value) from error


def _one_of(tests: Iterable[Test]) -> Test:
    kept = list(tests)
    return lambda stamp: any(test(stamp) for test in kept)


def _none_of(tests: Iterable[Test]) -> Test:
    kept = list(tests)
    return lambda stamp: not any(test(stamp) for test in kept)
