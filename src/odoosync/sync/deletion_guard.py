"""Whether rows that are gone from Odoo may be marked at once. Pure.

"Gone" can mean deleted, or that the login's rights changed, or that a database was emptied by
mistake: above a share of the copy a person is asked first. Both kinds are counted together.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

_ASKS: Final = (
    "Look at them (deletions) and confirm them (confirm_deletions), or check the login's rights in "
    "Odoo."
)


@dataclass(frozen=True, slots=True)
class Guard:
    """Rows above `max_share` of the copy or `max_rows` wait, and always when none is left."""

    enabled: bool = True
    max_share: float = 0.20
    max_rows: int = 1_000

    def unless(self, told: bool) -> Self:  # noqa: FBT001 - reads as a sentence
        """Return the guard, switched off when a person has said to mark however many there are."""
        return replace(self, enabled=False) if told else self


@dataclass(frozen=True, slots=True)
class GuardVerdict:
    """`reason` is a sentence for a person, empty when the rows may be marked."""

    allowed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """Which of the rows that are gone may be marked, and which wait with the `reason`."""

    marked: list[int]
    held: list[int]
    reason: str = ""


def judge(guard: Guard, *, gone: int, kept_before: int, visible_now: int) -> GuardVerdict:
    """Decide for `gone` of `kept_before` live rows, when Odoo shows `visible_now` of them."""
    if gone == 0 or not guard.enabled:
        return GuardVerdict(allowed=True)
    if visible_now == 0:
        return GuardVerdict(
            allowed=False, reason=f"Odoo shows none of the {kept_before:,} rows any more. {_ASKS}"
        )
    if gone > guard.max_rows or gone > guard.max_share * kept_before:
        return GuardVerdict(
            allowed=False,
            reason=f"{gone:,} of {kept_before:,} rows are gone from Odoo at once. {_ASKS}",
        )
    return GuardVerdict(allowed=True)


def decide(
    guard: Guard,
    gone: Sequence[int],
    confirmed: Collection[int],
    *,
    kept_before: int,
    visible_now: int,
) -> Decision:
    """Let pass what a person has `confirmed`, and judge the rest as if that were gone already."""
    agreed = [odoo_id for odoo_id in gone if odoo_id in confirmed]
    rest = [odoo_id for odoo_id in gone if odoo_id not in confirmed]
    verdict = judge(
        guard, gone=len(rest), kept_before=kept_before - len(agreed), visible_now=visible_now
    )
    if verdict.allowed:
        return Decision(list(gone), [])
    return Decision(agreed, rest, verdict.reason)
