"""Whether an Odoo that failed is asked again, and when. Pure: events and moments in, state out.

A breaker belongs to a connection. Failures in a row open it; while it is open nobody asks, until
one attempt at a time, the probe, knocks. A probe that is answered puts the breaker on trial: all
may ask again, and one more failure opens it for longer. The first success forgets everything.

Rejected credentials open it at once and for much longer: directories lock an account after a few
wrong passwords, and only a person can set it right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from odoosync.backoff import Backoff
from odoosync.odoo.errors import (
    AnswerTooLarge,
    BadAnswer,
    FixAddress,
    FixLogin,
    OdooError,
    RetryLater,
    ServerConflict,
    ServerFault,
    TooMuchRefused,
)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """After `failures` in a row it opens, for `first`, then `growth` times as long each time.

    `by_hand` is how soon after the last attempt a person may have another one made.
    """

    failures: int
    first: timedelta
    growth: float
    longest: timedelta
    by_hand: timedelta


SILENT: Final = Rhythm(
    failures=3,
    first=timedelta(seconds=20),
    growth=2.0,
    longest=timedelta(minutes=15),
    by_hand=timedelta(seconds=10),
)
REJECTED: Final = Rhythm(
    failures=1,
    first=timedelta(minutes=15),
    growth=4.0,
    longest=timedelta(days=1),
    by_hand=timedelta(seconds=30),
)
JITTER: Final = 0.2
PROBE: Final = timedelta(seconds=30)
"""How long a probe has the door to itself; whoever made it may have died."""
_SOON: Final = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Breaker:
    """Closed while `retry_at` is None. `since`: the first failure of those in a row.

    `opened` counts the openings since the last success, and is what waits grow by. A breaker of
    other credentials than `secret_version` says nothing.
    """

    failures: int = 0
    opened: int = 0
    since: datetime | None = None
    tried_at: datetime | None = None
    retry_at: datetime | None = None
    probe_until: datetime | None = None
    rejected: bool = False
    code: str = ""
    reason: str = ""
    secret_version: int = 0

    @property
    def is_open(self) -> bool:
        return self.retry_at is not None

    @property
    def rhythm(self) -> Rhythm:
        return REJECTED if self.rejected else SILENT


CLEAN: Final = Breaker()


@dataclass(frozen=True, slots=True)
class Go:
    """Ask as usual."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Knock first; the breaker holds all others back meanwhile."""

    breaker: Breaker


@dataclass(frozen=True, slots=True)
class Wait:
    """Do not ask before this time has passed."""

    span: timedelta


def concerns(error: OdooError) -> bool:
    """Tell failures of the server as a whole, or of the login, from refusals that are answers."""
    if isinstance(error, ServerFault):
        return not error.odoo_type  # a status that does not come from Odoo itself
    return isinstance(error, _CONCERN) and not isinstance(error, ServerConflict)


_CONCERN: Final = (RetryLater, FixAddress, FixLogin, BadAnswer, AnswerTooLarge, TooMuchRefused)


def enter(breaker: Breaker, now: datetime) -> Go | Probe | Wait:
    """Decide what an attempt may do that begins now."""
    if breaker.retry_at is None:
        return Go()
    if now < breaker.retry_at:
        return Wait(breaker.retry_at - now)
    if breaker.probe_until is not None and now < breaker.probe_until:
        return Wait(min(breaker.probe_until - now, _SOON))
    return Probe(replace(breaker, probe_until=now + PROBE))


def asked_by_hand(breaker: Breaker, now: datetime) -> Breaker:
    """Bring the next try forward, unless there was one just now: a person is there to see it."""
    if breaker.retry_at is None or breaker.tried_at is None:
        return breaker
    if now < breaker.tried_at + breaker.rhythm.by_hand:
        return breaker
    return replace(breaker, retry_at=min(breaker.retry_at, now))


def knocked(breaker: Breaker, now: datetime) -> Breaker:
    """Put on trial what answered a probe."""
    almost = breaker.rhythm.failures - 1
    return replace(breaker, failures=almost, tried_at=now, retry_at=None, probe_until=None)


def failed(
    breaker: Breaker, error: OdooError, *, begun: datetime, now: datetime, chance: float
) -> Breaker:
    """Count a failed attempt that began at `begun`; `chance` in [0, 1) spreads the next ones.

    Attempts that were under way when it opened, or when a probe was answered, tell nothing new.
    """
    rejected = isinstance(error, FixLogin)
    if breaker.opened and breaker.tried_at is not None and begun < breaker.tried_at:
        return breaker
    again = breaker.since is not None and breaker.rejected == rejected
    told = replace(
        breaker,
        failures=breaker.failures + 1 if again else 1,
        opened=breaker.opened if again else 0,
        since=breaker.since if again else now,
        tried_at=now,
        retry_at=None,
        probe_until=None,
        rejected=rejected,
        code=error.code,
        reason=error.message,
    )
    if told.failures < told.rhythm.failures:
        return told
    span = wait_of(told.rhythm, told.opened, chance=chance)
    return replace(told, opened=told.opened + 1, retry_at=now + span)


def wait_of(rhythm: Rhythm, opened: int, *, chance: float) -> timedelta:
    """Return how long it stays open that was opened so often before."""
    first_s, longest_s = rhythm.first.total_seconds(), rhythm.longest.total_seconds()
    backoff = Backoff(first_s, longest_s, rhythm.growth, JITTER)
    return timedelta(seconds=backoff.after(opened + 1, chance=chance))
