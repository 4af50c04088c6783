"""The result of an act that may have switched to a connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from odoosync.connections.connection import Connection


@dataclass(frozen=True, slots=True)
class ActivationResult:
    """A connection after an act; `active_before` is the id of the one that was active then."""

    connection: Connection
    active_before: int | None
    how: Literal["created", "restored"] | None = None

    @property
    def note(self) -> str | None:
        """Say that reads and syncs mean another connection now; None where they do not."""
        one = self.connection
        if not one.is_active or self.active_before in {None, one.id}:
            return None
        was = f"was {self.how} and " if self.how else ""
        return f"connection {one.id} {was}is active now (before: {self.active_before})"
