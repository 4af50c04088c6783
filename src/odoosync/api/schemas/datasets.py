"""Datasets of a connection, as all surfaces take and show them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from odoosync.api.parameters import OrActive
from odoosync.api.schemas.runs import RunView
from odoosync.api.schemas.schedules import FreshnessView, ScheduleView


class DatasetView(BaseModel):
    """A dataset, and how it stands on the connection that is meant."""

    name: str
    model: str = Field(description="Odoo's model.")
    companions: list[str] = Field(description="Datasets that are synced with it.")
    connection_id: int | None = Field(description="Null when there is no connection.")
    is_synced: bool = Field(description="False where the preferences leave it out.")
    fields: list[str] = Field(description="What is kept of each row, where Odoo has it.")
    rows: int | None = Field(
        description="Live rows when ids were last compared with Odoo's. Null before, and while "
        "deletions are held back."
    )
    held_back: int = Field(
        description="Rows that seem gone from Odoo and stay until their deletion is confirmed."
    )
    freshness: FreshnessView | None = Field(description="Null before the first sync.")
    last_run: RunView | None = Field(description="The sync that was asked for last.")
    schedule: ScheduleView | None


class Datasets(BaseModel):
    items: list[DatasetView]
    next_cursor: None = None


class DatasetsQuery(BaseModel):
    """On which connection."""

    connection_id: OrActive = None
