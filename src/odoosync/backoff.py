"""How long to wait before another try: one formula for whatever is tried again. Pure."""

from __future__ import annotations

from dataclasses import dataclass

_MOST_DOUBLINGS = 60


@dataclass(frozen=True, slots=True)
class Backoff:
    """`first_s` seconds after the first failure, `growth` times as long after each further one.

    It is `longest_s` at most, and chance spreads it by a share of `jitter`, either way.
    """

    first_s: float
    longest_s: float
    growth: float = 2.0
    jitter: float = 0.0

    def after(self, failures: int, *, chance: float = 0.5) -> float:
        """Return the seconds to wait after so many failures in a row; `chance` is in [0, 1)."""
        grown = self.first_s * self.growth ** min(max(0, failures - 1), _MOST_DOUBLINGS)
        return float(min(self.longest_s, grown) * (1 + self.jitter * (2 * chance - 1)))
