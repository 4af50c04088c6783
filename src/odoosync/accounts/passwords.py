"""Passwords: argon2 hashes, checked beside the event loop, a few at a time.

Each check costs memory and time on purpose; `turn` bounds how many run at once, in threads that do
nothing else. They run at a low priority: where all cores are busy, whoever signs in waits, and
nobody else does. An unknown user costs the same as a known one: the check then runs against a
decoy.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from typing import Final, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from odoosync.accounts.errors import BadPassword
from odoosync.accounts.fair_turns import FairTurns
from odoosync.accounts.throttle import network_of

SHORTEST: Final = 8
LONGEST: Final = 1024
AT_ONCE: Final = 2
_LOWER_BY: Final = 10
_Result = TypeVar("_Result")


def check_new_password(password: str) -> None:
    """Raise BadPassword when it is too short, too long, or cannot be typed."""
    if len(password) < SHORTEST:
        raise BadPassword(f"The password needs {SHORTEST} characters at least.")
    if len(password) > LONGEST:
        raise BadPassword(f"The password may have {LONGEST} characters at most.")
    if "\x00" in password or not _is_text(password):
        raise BadPassword("The password holds a character that cannot be used.")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class Passwords:
    """Hashes and checks. Tests hand in a hasher with less work."""

    def __init__(self, hasher: Argon2Hasher | None = None) -> None:
        self._hash = PasswordHash((hasher or Argon2Hasher(parallelism=1),))
        self._turns = FairTurns(AT_ONCE)
        self._threads = ThreadPoolExecutor(
            AT_ONCE, thread_name_prefix="passwords", initializer=_lower_priority
        )

    @cached_property
    def _decoy(self) -> str:
        return self._hash.hash(secrets.token_urlsafe())

    def turn(self, name: str, address: str) -> AbstractAsyncContextManager[None]:
        """Wait for one's turn; `verify` and `hash` are called inside. Raises TooManySignIns."""
        return self._turns.turn(network_of(address), name)

    async def hash(self, password: str) -> str:
        return await self._aside(self._hash.hash, password)

    async def verify(self, password: str, known_hash: str | None) -> tuple[bool, str | None]:
        """Return whether it is right, and a newer hash when the stored one is due for it."""
        right, newer = await self._aside(self._verify, password, known_hash)
        return (right, newer) if known_hash else (False, None)

    async def _aside(self, work: Callable[..., _Result], *given: object) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    def _verify(self, password: str, known_hash: str | None) -> tuple[bool, str | None]:
        decoy = self._decoy  # made by the first check, whether it needs it or not
        return self._hash.verify_and_update(password, known_hash or decoy)


def _lower_priority() -> None:
    """Let this thread run after all others that want the processor. Linux alone can do so."""
    if sys.platform == "linux":
        me = threading.get_native_id()
        lower = min(19, os.getpriority(os.PRIO_PROCESS, me) + _LOWER_BY)
        os.setpriority(os.PRIO_PROCESS, me, lower)
