"""What became of a connection by an act that may also have switched to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from odoosync.connections.connection import Connection


@dataclass(frozen=True, slots=True)
class Outcome:
    """A connection after an act; `active_before` is the id of the one that was active then."""

    connection: Connection
    active_before: int | None
    came_to_be: Literal["created", "restored"] | None = None

    @property
    def note(self) -> str | None:
        """Say that reads and syncs mean another connection now; None where they do not."""
        one = self.connection
        if not one.is_active or self.active_before in {None, one.id}:
            return None
        was = f"was {self.came_to_be} and " if self.came_to_be else ""
        return f"connection {one.id} {was}is active now (before: {self.active_before})"
