"""Whether rows that are gone from Odoo may be marked at once. Pure.

"Gone" can mean deleted, or that the login's rights changed, or that a database was emptied by
mistake: above a share of the copy a person is asked first. Both kinds are counted together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_SHARE: Final = 0.20
MAX_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """`reason` is a sentence for a person, empty when the rows may be marked."""

    allowed: bool
    reason: str = ""


def judge(*, gone: int, kept_before: int, visible_now: int, enabled: bool) -> GuardVerdict:
    """Decide for `gone` of `kept_before` live rows, when Odoo shows `visible_now` of them."""
    if gone == 0 or not enabled:
        return GuardVerdict(allowed=True)
    asks = "Confirm it with confirm_deletions, or check the login's rights in Odoo."
    if visible_now == 0:
        return GuardVerdict(
            allowed=False, reason=f"Odoo shows none of the {kept_before:,} rows any more. {asks}"
        )
    if gone > MAX_ROWS or gone > MAX_SHARE * kept_before:
        return GuardVerdict(
            allowed=False,
            reason=f"{gone:,} of {kept_before:,} rows are gone from Odoo at once. {asks}",
        )
    return GuardVerdict(allowed=True)
