"""Whether a run whose attempt broke off is attempted again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from odoosync.backoff import Backoff

USUAL: Final = Backoff(first_s=2.0, longest_s=300.0, jitter=0.25)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Failures and `deadline_s` count since the last progress, or since a run was first taken."""

    max_failures: int = 8
    deadline_s: float = 24 * 3600.0
    backoff: Backoff = USUAL

    def gives_up(self, *, failures: int, stalled_s: float) -> bool:
        """Decide after so many `failures` in a row."""
        return failures >= self.max_failures or (failures > 0 and stalled_s >= self.deadline_s)
