from __future__ import annotations

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from odoosync.accounts.errors import BadPassword
from odoosync.accounts.passwords import Passwords, check_new_password
from people import cheap_passwords


async def test_a_password_opens_its_own_hash_only() -> None:
    passwords = cheap_passwords()
    known = await passwords.hash("pässwörd")
    assert await passwords.verify("pässwörd", known) == (True, None)
    assert await passwords.verify("passwort", known) == (False, None)


async def test_an_unknown_user_costs_a_check_and_is_never_let_in() -> None:
    assert await cheap_passwords().verify("anything", None) == (False, None)


async def test_a_hash_of_yesterday_s_strength_is_renewed() -> None:
    known = await cheap_passwords().hash("api_password")
    stronger = Passwords(Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1))
    right, newer = await stronger.verify("api_password", known)
    assert right
    assert newer is not None
    assert await stronger.verify("api_password", newer) == (True, None)


@pytest.mark.parametrize("password", ["x" * 8, "x" * 1024, "ЖЖЖЖЖЖЖЖ", " " * 8])
def test_eight_to_1024_characters_make_a_password(password: str) -> None:
    check_new_password(password)


@pytest.mark.parametrize("password", ["", "x" * 7, "x" * 1025, "x" * 8 + "\0", "x" * 8 + "\ud800"])
def test_other_passwords_are_refused(password: str) -> None:
    with pytest.raises(BadPassword):
        check_new_password(password)
