"""Whether a failed attempt is repeated, and when. Pure: chance is handed in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Attempts and `deadline_s` count since the last progress, or the generation's first start."""

    max_attempts: int = 8
    deadline_s: float = 24 * 3600.0
    first_s: float = 2.0
    longest_s: float = 300.0
    jitter: float = 0.25


def gives_up(policy: RetryPolicy, *, attempts: int, stalled_s: float) -> bool:
    """Decide after `attempts` failures in a row."""
    return attempts >= policy.max_attempts or (attempts > 0 and stalled_s >= policy.deadline_s)


def delay_before(policy: RetryPolicy, *, attempts: int, chance: float) -> float:
    """Return the seconds to wait, doubling per failure; `chance` in [0, 1) spreads them."""
    doubled = policy.first_s * 2.0 ** (max(1, attempts) - 1)
    return float(min(policy.longest_s, doubled) * (1 + policy.jitter * (2 * chance - 1)))
