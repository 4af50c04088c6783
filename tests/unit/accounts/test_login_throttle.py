from __future__ import annotations

from datetime import timedelta

import pytest

from odoosync.accounts.errors import TooManyGuesses
from odoosync.accounts.login_throttle import LoginThrottle
from people import NOW


def _guess(guesses: LoginThrottle, username: str, times: int, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        guesses.check(username, address, NOW)
        guesses.wrong(username, address, NOW)


def test_the_eleventh_guess_at_a_user_waits_half_a_minute() -> None:
    guesses = LoginThrottle()
    _guess(guesses, "anna", 10)
    with pytest.raises(TooManyGuesses) as caught:
        guesses.check("anna", "192.0.2.1", NOW)
    assert caught.value.retry_after == pytest.approx(30)
    guesses.check("anna", "192.0.2.1", NOW + timedelta(seconds=30))


def test_the_user_gets_in_from_another_address_meanwhile() -> None:
    guesses = LoginThrottle()
    _guess(guesses, "anna", 10)
    guesses.check("anna", "198.51.100.1", NOW)


def test_other_users_get_in_from_the_same_address() -> None:
    guesses = LoginThrottle()
    _guess(guesses, "anna", 10)
    guesses.check("bert", "192.0.2.1", NOW)


def test_one_password_tried_on_many_users_is_slowed_by_address() -> None:
    guesses = LoginThrottle()
    for number in range(100):
        _guess(guesses, f"user{number}", 1)
    with pytest.raises(TooManyGuesses):
        guesses.check("anna", "192.0.2.1", NOW)


def test_the_right_password_clears_the_count() -> None:
    guesses = LoginThrottle()
    _guess(guesses, "anna", 9)
    guesses.right("anna", "192.0.2.1")
    _guess(guesses, "anna", 9)


def _from_everywhere(guesses: LoginThrottle, username: str, times: int) -> None:
    for number in range(times):
        _guess(guesses, username, 1, f"203.0.{number // 250}.{number % 250 + 1}")


def test_guesses_at_a_user_from_many_addresses_are_slowed_together() -> None:
    guesses = LoginThrottle()
    _from_everywhere(guesses, "anna", 100)
    with pytest.raises(TooManyGuesses) as caught:
        guesses.check("anna", "198.51.100.1", NOW)
    assert caught.value.retry_after == pytest.approx(30)
    guesses.check("anna", "198.51.100.1", NOW + timedelta(seconds=30))
    guesses.check("bert", "198.51.100.1", NOW)


def test_a_user_under_attack_gets_in_where_they_did_before() -> None:
    guesses = LoginThrottle()
    guesses.right("anna", "192.0.2.1")
    _from_everywhere(guesses, "anna", 100)
    guesses.check("anna", "192.0.2.1", NOW)
    with pytest.raises(TooManyGuesses):
        guesses.check("anna", "192.0.2.2", NOW)


def test_a_guesser_at_the_same_address_locks_out_none_who_got_in_there_before() -> None:
    guesses = LoginThrottle()
    guesses.right("anna", "192.0.2.1")
    for number in range(110):
        guesses.wrong(f"user{number}", "192.0.2.1", NOW)
    guesses.check("anna", "192.0.2.1", NOW)
    with pytest.raises(TooManyGuesses):
        guesses.check("bert", "192.0.2.1", NOW)


def test_guesses_where_a_user_got_in_before_are_held_to_ten_as_well() -> None:
    guesses = LoginThrottle()
    guesses.right("anna", "192.0.2.1")
    _guess(guesses, "anna", 10)
    with pytest.raises(TooManyGuesses):
        guesses.check("anna", "192.0.2.1", NOW)
