"""Which failed sign-ins become audit entries: enough to see an attack, too few to fill a disk.

An attack is seen by its first entries; the later ones are counted and told by the next that is
kept. At most 8,840 entries in the first day and 8,640 in each day after it, per process.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from odoosync.accounts.throttle import Throttle


@dataclass(frozen=True)
class FailedLoginAudit:
    """Pure but for its counts: the time is handed in."""

    of_user: Throttle = field(default_factory=lambda: Throttle(rate=1 / 600, burst=20))
    of_all: Throttle = field(default_factory=lambda: Throttle(rate=1 / 10, burst=200))
    _left_out: Counter[str] = field(default_factory=Counter)

    def admit(self, username: str, now: datetime) -> int | None:
        """Return how many were left out since the last one, or None: this one is left out, too.

        `username` is a user's, or empty for all the names that nobody has.
        """
        seconds = now.timestamp()
        if self.of_user.wait(username, seconds) > 0 or self.of_all.wait("", seconds) > 0:
            self._left_out[username] += 1
            return None
        self.of_user.take(username, seconds)
        self.of_all.take("", seconds)
        return self._left_out.pop(username, 0)
