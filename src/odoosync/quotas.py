"""How much one tenant may have: so much that only a mistake or an attack gets there."""

from __future__ import annotations

from dataclasses import dataclass

from odoosync.errors import Conflict


@dataclass(frozen=True, slots=True)
class Quotas:
    """The most that one tenant may have. `sessions` end when newer ones need their place."""

    connections: int = 200
    rows: int = 50_000_000
    api_keys: int = 200
    webhooks: int = 20
    sessions: int = 200


class QuotaReached(Conflict):
    code = "quota_reached"

    def __init__(self, most: int, things: str) -> None:
        super().__init__(
            f"You have {most:,} {things}, as many as one user may have here. Remove some first, or "
            "ask the operator of the service to allow more."
        )


def check_quota(count: int, most: int, things: str) -> None:
    """Raise QuotaReached unless one more may be added to `count` of these things."""
    if count >= most:
        raise QuotaReached(most, things)
