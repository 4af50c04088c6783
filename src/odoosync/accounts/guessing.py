"""Guessing passwords: only wrong ones count, so that whoever knows theirs is never slowed down.

A guesser at one user from one address is held to 10 and then one in 30 s; a guesser at many users
from one address to 100 and then one in 3 s. Nobody can lock a user out from another address.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime

from odoosync.accounts.errors import TooManyGuesses
from odoosync.accounts.throttle import Throttle, network_of


@dataclass(frozen=True)
class Guesses:
    at_user: Throttle = field(default_factory=lambda: Throttle(rate=1 / 30, burst=10))
    from_address: Throttle = field(default_factory=lambda: Throttle(rate=1 / 3, burst=100))

    def check(self, username: str, address: str, now: datetime) -> None:
        """Raise TooManyGuesses when the next attempt has to wait."""
        network, seconds = network_of(address), now.timestamp()
        wait = max(
            self.at_user.wait(f"{username} {network}", seconds),
            self.from_address.wait(network, seconds),
        )
        if wait > 0:
            raise TooManyGuesses(
                f"Too many wrong passwords. Try again in {math.ceil(wait)} seconds.",
                retry_after=wait,
            )

    def wrong(self, username: str, address: str, now: datetime) -> None:
        network, seconds = network_of(address), now.timestamp()
        self.at_user.take(f"{username} {network}", seconds)
        self.from_address.take(network, seconds)

    def right(self, username: str, address: str) -> None:
        self.at_user.forget(f"{username} {network_of(address)}")
