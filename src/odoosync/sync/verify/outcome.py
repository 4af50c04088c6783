"""What a verification comes to, as one word and in sentences. Pure.

A copy is true as of its last sync. Whether it also equals Odoo now is another question: Odoo may
have changed since, and on some rows it may say nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, Literal

Outcome = Literal["equal", "pending", "differs"]
WORST_FIRST: Final[tuple[Outcome, ...]] = ("differs", "pending", "equal")


def outcome_of(
    found: Mapping[str, Any], truth: float, *, repaired: bool, left_out: Collection[str] = ()
) -> Outcome:
    """Say whether the copy equals Odoo; `found` are a tally's counts.

    What is `pending` is not wrong: a sync reads it, or Odoo fails on it, or on fields `left_out`.
    """
    if truth < 1.0:
        return "differs"
    since = 0 if repaired else sum(found[kind] for kind in ("pending", "volatile", "names"))
    return "pending" if since or found["aside"] or left_out else "equal"


def sentences(found: Mapping[str, Any], *, repaired: bool) -> str:
    """Say what to do about it. `found` is a run's detail."""
    if found["outcome"] == "differs":
        if repaired:
            return "What still differs waits for a confirmation of deletions."
        return "The copy differs from Odoo: a repair writes what differs."
    said = [] if repaired else _since(found)
    if found["aside"]:
        said.append(f"{_rows(found['aside'])} could not be compared, for Odoo fails there.")
    if found["outcome"] == "equal":
        said.append("The copy equals Odoo.")
    return " ".join(said)


def _since(found: Mapping[str, Any]) -> list[str]:
    said = []
    if found["pending"]:
        said.append(f"{_rows(found['pending'])} changed in Odoo since, sync again.")
    if found["volatile"]:
        rows = _rows(found["volatile"])
        said.append(f"{rows} changed in fields without a date: a sync reads these, all or in time.")
    if found["names"]:
        names = "1 name" if found["names"] == 1 else f"{found['names']:,} names"
        said.append(f"{names} of linked records changed: a sync reads these once a day.")
    return said


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
