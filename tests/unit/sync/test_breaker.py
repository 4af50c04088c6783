from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from odoosync.odoo import errors
from odoosync.odoo.errors import InvalidCredentials, OdooError, TimedOut
from odoosync.sync.breaker import (
    CLEAN,
    JITTER,
    PROBE,
    REJECTED,
    SILENT,
    Breaker,
    Go,
    Probe,
    Wait,
    asked_by_hand,
    concerns,
    enter,
    failed,
    knocked,
    wait_of,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)


def after(*faults: OdooError, start: Breaker = CLEAN) -> Breaker:
    """Let attempts fail one after the other, none waiting longer than the breaker wants."""
    state, now = start, NOW
    for fault in faults:
        begun = max(now, state.retry_at or now) + timedelta(seconds=1)
        now = begun + timedelta(seconds=1)
        state = failed(state, fault, begun=begun, now=now, chance=0.5)
    return state


def silent(times: int) -> list[OdooError]:
    return [TimedOut() for _ in range(times)]


def test_an_odoo_that_failed_now_and_then_is_asked_as_usual() -> None:
    assert enter(after(*silent(SILENT.failures - 1)), NOW) == Go()


def test_failures_in_a_row_open_the_breaker() -> None:
    state = after(*silent(SILENT.failures))
    assert state.retry_at is not None
    assert enter(state, state.retry_at - SILENT.first) == Wait(SILENT.first)


def test_whoever_comes_first_when_the_time_is_over_probes_alone() -> None:
    state = after(*silent(SILENT.failures))
    assert state.retry_at is not None
    turn = enter(state, state.retry_at)
    assert isinstance(turn, Probe)
    assert isinstance(enter(turn.breaker, state.retry_at), Wait)


def test_a_probe_that_was_never_heard_of_again_makes_room_for_the_next() -> None:
    state = after(*silent(SILENT.failures))
    assert state.retry_at is not None
    turn = enter(state, state.retry_at)
    assert isinstance(turn, Probe)
    assert isinstance(enter(turn.breaker, state.retry_at + PROBE), Probe)


def test_a_probe_that_fails_opens_it_for_twice_as_long() -> None:
    once, twice = after(*silent(SILENT.failures)), after(*silent(SILENT.failures + 1))
    for state, span in ((once, SILENT.first), (twice, 2 * SILENT.first)):
        assert state.retry_at is not None
        assert state.tried_at is not None
        assert state.retry_at - state.tried_at == span


def test_an_answered_probe_lets_all_in_and_one_more_failure_keeps_them_out_longer() -> None:
    state = knocked(after(*silent(SILENT.failures)), LATER)
    assert enter(state, LATER) == Go()
    again = failed(state, TimedOut(), begun=LATER, now=LATER, chance=0.5)
    assert again.retry_at == LATER + 2 * SILENT.first


def test_attempts_that_were_under_way_when_it_opened_do_not_count() -> None:
    state = after(*silent(SILENT.failures))
    assert failed(state, TimedOut(), begun=NOW, now=NOW, chance=0.5) == state


def test_the_first_failure_in_a_row_is_remembered() -> None:
    once = after(TimedOut())
    assert after(TimedOut(), start=once).since == once.since


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
@pytest.mark.parametrize("rhythm", [SILENT, REJECTED])
def test_waits_grow_and_stay_within_their_bound(rhythm: object, chance: float) -> None:
    assert rhythm in {SILENT, REJECTED}
    kind = SILENT if rhythm == SILENT else REJECTED
    waits = [wait_of(kind, opened, chance=chance) for opened in range(1_000)]
    assert waits == sorted(waits)
    assert waits[-1] <= kind.longest * (1 + JITTER)


def test_rejected_credentials_are_left_alone_after_the_first_time() -> None:
    state = after(InvalidCredentials())
    assert state.rejected
    assert state.retry_at is not None
    assert state.tried_at is not None
    assert state.retry_at - state.tried_at == REJECTED.first


def test_rejected_credentials_are_tried_five_times_in_two_days_at_most() -> None:
    state, tries = CLEAN, 0
    now = NOW
    while now < NOW + timedelta(days=2):
        state = failed(state, InvalidCredentials(), begun=now, now=now, chance=0.0)
        assert state.retry_at is not None
        now, tries = state.retry_at, tries + 1
    assert tries <= 6


def test_a_timeout_after_a_rejection_counts_anew() -> None:
    state = failed(knocked(after(InvalidCredentials()), LATER), TimedOut(), begun=LATER,
                   now=LATER, chance=0.5)  # fmt: skip
    assert (state.failures, state.is_open) == (1, False)


def test_a_person_brings_the_next_try_forward() -> None:
    state = after(*silent(SILENT.failures))
    assert state.tried_at is not None
    soon = state.tried_at + SILENT.by_hand
    assert isinstance(enter(asked_by_hand(state, soon), soon), Probe)


def test_a_person_who_asks_again_at_once_is_told_to_wait() -> None:
    state = after(*silent(SILENT.failures))
    assert state.tried_at is not None
    assert asked_by_hand(state, state.tried_at + timedelta(seconds=1)) == state


def test_nothing_is_brought_forward_that_is_not_open() -> None:
    assert asked_by_hand(CLEAN, NOW) == CLEAN
    state = replace(CLEAN, failures=1, tried_at=NOW)
    assert asked_by_hand(state, NOW + timedelta(hours=1)) == state


@pytest.mark.parametrize(
    "error",
    [
        errors.TimedOut(),
        errors.ServerBusy(),
        errors.CutOff(),
        errors.Unreachable(),
        errors.HostNotFound(),
        errors.TlsFailed(),
        errors.NotOdoo(),
        errors.RedirectRefused(None),
        errors.BadAnswer(),
        errors.AnswerTooLarge(),
        errors.TooMuchRefused(1, 1, ""),
        errors.ServerFault(),
        errors.InvalidCredentials(),
        errors.UnknownDatabase(),
    ],
)
def test_what_the_server_as_a_whole_does_wrong_counts(error: OdooError) -> None:
    assert concerns(error)


@pytest.mark.parametrize(
    "error",
    [
        errors.ServerConflict(),
        errors.AccessRefused("res.partner"),
        errors.ModelUnknown("x"),
        errors.RequestRejected(),
        errors.ServerFault(odoo_type="builtins.ValueError"),
    ],
)
def test_a_refusal_is_an_answer_and_counts_for_nothing(error: OdooError) -> None:
    assert not concerns(error)
