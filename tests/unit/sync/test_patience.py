from __future__ import annotations

import pytest

from odoosync.odoo.errors import (
    AccessRefused,
    BrokenAnswer,
    CutOff,
    InvalidCredentials,
    NotOdoo,
    OdooError,
    RedirectRefused,
    ServerBusy,
    TimedOut,
)
from odoosync.sync.patience import patiently, pause_before, worth_repeating


@pytest.mark.parametrize(
    ("error", "repeated"),
    [
        (CutOff(), True),
        (BrokenAnswer(), True),
        (ServerBusy(), True),
        (NotOdoo(), True),
        (RedirectRefused(None), True),
        (TimedOut(), False),
        (AccessRefused("x"), False),
        (InvalidCredentials(), False),
    ],
)
def test_what_may_pass_is_repeated_and_a_time_out_asks_for_less(
    error: OdooError, *, repeated: bool
) -> None:
    assert worth_repeating(error) is repeated


def test_pauses_double() -> None:
    pauses = [pause_before(attempt, CutOff(), chance=0.0) for attempt in (1, 2, 3, 9)]
    assert pauses == pytest.approx([0.2, 0.4, 0.8, 8.0])


def test_a_busy_server_is_not_asked_before_the_time_that_it_named() -> None:
    assert pause_before(1, ServerBusy(retry_after=7.0), chance=0.0) >= 7.0


async def test_a_call_that_works_the_second_time_works() -> None:
    answers = iter([CutOff(), None])

    async def call() -> str:
        error = next(answers)
        if error is not None:
            raise error
        return "done"

    assert await patiently(call) == "done"


async def test_a_server_that_is_busy_for_longer_than_the_deadline_is_not_waited_for() -> None:
    async def call() -> None:
        raise ServerBusy(retry_after=3600.0)

    with pytest.raises(ServerBusy):
        await patiently(call)
