"""The datasets that can be synced, each with how it stands on a connection."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from odoosync.api.auth import Reader
from odoosync.api.reading.datasets import list_datasets
from odoosync.api.routing import new_router
from odoosync.api.schemas.datasets import Datasets, DatasetsQuery, DatasetView
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1", tags=["sync"])


@router.get("/datasets", summary="List datasets")
async def show_datasets(
    query: Annotated[DatasetsQuery, Query()], caller: Reader, services: ServicesDep
) -> Datasets:
    """Tell what can be synced, what is kept of it, how fresh it is and when it is synced next."""
    found = await list_datasets(
        services.database, caller.tenant_id, query.connection_id, services.clock()
    )
    return Datasets(items=[DatasetView(**one) for one in found])
