"""The datasets that can be synced, each with how it stands on a connection."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from odoosync.api.auth import Reader
from odoosync.api.parameters import OrActive
from odoosync.api.reading.datasets import list_datasets
from odoosync.api.rest.runs import RunView
from odoosync.api.rest.schedules import FreshnessView, ScheduleView
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1", tags=["sync"])


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


@router.get("/datasets", summary="List datasets")
async def show_datasets(
    query: Annotated[DatasetsQuery, Query()], caller: Reader, services: ServicesDep
) -> Datasets:
    """Tell what can be synced, what is kept of it, how fresh it is and when it is synced next."""
    found = await list_datasets(
        services.database, caller.tenant_id, query.connection_id, services.clock()
    )
    return Datasets(items=[DatasetView(**one) for one in found])
