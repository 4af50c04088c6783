"""Guessing passwords: only wrong ones count, so that whoever knows theirs is never slowed down.

A guesser at one user from one address is held to 10 and then one in 30 s; a guesser at many users
from one address to 100 and then one in 3 s; many addresses at one user to 100 together and then one
in 30 s. Nobody locks a user out where that user has signed in before: the two sums do not count
there. Elsewhere an attack at a user lets the user wait, too, for as long as it lasts.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from odoosync.accounts.errors import TooManyGuesses
from odoosync.accounts.throttle import Throttle, network_of

_MOST_KNOWN: Final = 50_000


@dataclass(frozen=True)
class LoginThrottle:
    at_user: Throttle = field(default_factory=lambda: Throttle(rate=1 / 30, burst=10))
    from_address: Throttle = field(default_factory=lambda: Throttle(rate=1 / 3, burst=100))
    from_anywhere: Throttle = field(default_factory=lambda: Throttle(rate=1 / 30, burst=100))
    _known: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def check(self, username: str, address: str, now: datetime) -> None:
        """Raise TooManyGuesses when the next attempt has to wait."""
        network, seconds = network_of(address), now.timestamp()
        place = f"{username} {network}"
        wait = self.at_user.wait(place, seconds)
        if place not in self._known:
            wait = max(
                wait,
                self.from_address.wait(network, seconds),
                self.from_anywhere.wait(username, seconds),
            )
        if wait > 0:
            raise TooManyGuesses(
                f"Too many wrong passwords. Try again in {math.ceil(wait)} seconds.",
                retry_after=wait,
            )

    def wrong(self, username: str, address: str, now: datetime) -> None:
        network, seconds = network_of(address), now.timestamp()
        place = f"{username} {network}"
        self.at_user.take(place, seconds)
        if place not in self._known:
            self.from_address.take(network, seconds)
            self.from_anywhere.take(username, seconds)

    def right(self, username: str, address: str) -> None:
        """Know from now on that this user signs in there."""
        place = f"{username} {network_of(address)}"
        self.at_user.forget(place)
        self._known[place] = None
        self._known.move_to_end(place)
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
