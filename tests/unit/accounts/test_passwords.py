from __future__ import annotations

import os
import sys
import threading

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


class _Watched(Argon2Hasher):
    """Notes the priorities of the threads that hash, as the system counts them: 0 to 19."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.priorities: list[int] = []

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        me = threading.get_native_id()
        self.priorities.append(os.getpriority(os.PRIO_PROCESS, me))
        return super().hash(password, salt=salt)


@pytest.mark.skipif(sys.platform != "linux", reason="Threads have no priority elsewhere.")
async def test_a_hash_gives_way_to_the_event_loop() -> None:
    hasher = _Watched()
    await Passwords(hasher).hash("api_password")
    ours = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert hasher.priorities == [min(19, ours + 10)]


@pytest.mark.parametrize("password", ["x" * 8, "x" * 1024, "ЖЖЖЖЖЖЖЖ", " " * 8])
def test_eight_to_1024_characters_make_a_password(password: str) -> None:
    check_new_password(password)


@pytest.mark.parametrize("password", ["", "x" * 7, "x" * 1025, "x" * 8 + "\0", "x" * 8 + "\ud800"])
def test_other_passwords_are_refused(password: str) -> None:
    with pytest.raises(BadPassword):
        check_new_password(password)
