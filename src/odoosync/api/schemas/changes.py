"""The change feed, as all surfaces take and show them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from odoosync.api.parameters import OrAll
from odoosync.api.reading.feed import LONGEST_WAIT_S
from odoosync.api.schemas.records import Record
from odoosync.api.streams import MAX_PER_USER


class ChangeView(BaseModel):
    position: str
    kind: str = Field(description="created, updated, deleted or hidden.")
    connection_id: int
    dataset: str
    record: Record


class Changes(BaseModel):
    items: list[ChangeView]
    next_after: str = Field(description="Where to go on; keep it, also when there is nothing.")
    more: bool


class ChangesQuery(BaseModel):
    """From where on, and of what."""

    after: str = Field(default="0", max_length=50, description="`next_after`, or 0.")
    connection_id: OrAll = None
    dataset: str | None = Field(default=None, max_length=255)
    limit: int = Field(default=100, ge=1, le=1000)
    wait: int = Field(
        default=0,
        ge=0,
        le=LONGEST_WAIT_S,
        description="Where there is nothing, wait so many seconds for it. At most "
        f"{MAX_PER_USER} requests of a user may wait for news, in each process of the service.",
    )
