"""The events that an owner can be told of, and what each means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from odoosync.notifications.errors import UnknownEventKind
from odoosync.sync.events import Kind

MEANINGS: Final[dict[Kind, str]] = {
    "run.finished": "A run succeeded, or was cancelled.",
    "run.failed": "A run failed.",
    "credentials.rejected": "Odoo rejects the stored login; told once until it is accepted again.",
    "deletions.held_back": "Deletions wait to be confirmed; told again when their number changes.",
    "dataset.stale": "A copy is older than twice its interval.",
    "dataset.fresh_again": "A copy that was stale was synced.",
    "dataset.failing": "Two scheduled runs in a row failed; the next ones come ever later.",
    "connection.failing": "An Odoo does not answer and is asked ever more rarely; told once.",
    "connection.recovered": "An Odoo that was failing, or rejected its login, answers again.",
    "webhook.disabled": "A webhook was disabled: its receiver is gone, or failed for days.",
    "webhook.test": "Somebody asked for a test; sent to that webhook alone.",
    "email.unconfirmed": "A mail address waits to be confirmed; an email goes to it alone.",
}
TEST: Final[Kind] = "webhook.test"
CONFIRMING: Final[Kind] = "email.unconfirmed"
CHOOSABLE: Final[tuple[Kind, ...]] = tuple(
    kind for kind in MEANINGS if kind not in {TEST, CONFIRMING}
)
MAILED: Final[frozenset[Kind]] = frozenset(
    {
        "credentials.rejected",
        "deletions.held_back",
        "dataset.stale",
        "dataset.failing",
        "connection.failing",
        "webhook.disabled",
    }
)
"""What waits for a person. All of them are told once, not with each run."""


def chosen_kinds(names: Iterable[str] | None) -> list[Kind] | None:
    """Return the kinds of these names, in order; None means all. Raises UnknownEventKind."""
    if names is None:
        return None
    wanted = set(names)
    if not wanted or not wanted.issubset(CHOOSABLE):
        raise UnknownEventKind(CHOOSABLE, sorted(wanted.difference(CHOOSABLE)))
    return [kind for kind in CHOOSABLE if kind in wanted]
