"""What waits for a confirmation, as all surfaces take and show them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from odoosync.api.forms import Form
from odoosync.api.schemas.runs import RunView


class _Question(BaseModel):
    connection_id: int
    dataset: str
    examples: list[int] = Field(description="Odoo's ids of up to 20 of these rows.")
    fingerprint: str = Field(description="Names exactly these rows.")
    reason: str
    since: str | None
    seen_at: str | None = Field(description="When a sync last saw it so.")
    run_id: str = Field(description="The sync that last saw it so.")
    confirmed_at: str | None = Field(description="Set until a sync has acted on it.")
    confirmed_by: int | None


class DeletionsView(_Question):
    """Rows of one dataset that are gone from Odoo and wait for a confirmation."""

    gone: int
    kept: int = Field(description="Live rows of the copy when they were found gone.")
    visible: int = Field(description="Rows that Odoo showed then.")
    seems: Literal["deleted", "hidden", "there"] = Field(
        description="What Odoo says of the first of them: deleted, or hidden from this login."
    )


class RestoredView(_Question):
    """A dataset whose newest rows are older in Odoo than in the copy."""

    older: int
    looked_at: int


class Deletions(BaseModel):
    items: list[DeletionsView]
    next_cursor: str | None


class Restored(BaseModel):
    items: list[RestoredView]
    next_cursor: str | None


class DeletionsForm(Form):
    """What to confirm."""

    dataset: str = Field(min_length=1, max_length=255)
    fingerprint: str | None = Field(
        default=None,
        max_length=64,
        description="Of the rows that were shown: refused when others are gone by now.",
    )
    wait: bool = Field(default=True, description="Answer when the run has ended.")


class RestoredAnswer(BaseModel):
    """The full syncs that were asked for."""

    success: bool
    message: str
    errors: list[str]
    runs: list[RunView]
