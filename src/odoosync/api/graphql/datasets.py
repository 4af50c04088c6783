"""The datasets that can be synced, each with how it stands on a connection."""

from __future__ import annotations

from typing import Any

import strawberry

from odoosync.api.graphql.arguments import BigOrActive
from odoosync.api.graphql.context import Info
from odoosync.api.graphql.runs import BigInt, SyncRun
from odoosync.api.graphql.schedules import DatasetFreshness, Schedule
from odoosync.api.reading.datasets import list_datasets
from odoosync.sync.datasets import DATASETS


@strawberry.type(description="A dataset, and how it stands on the connection that is meant.")
class Dataset:
    name: str
    model: str = strawberry.field(description="Odoo's model.")
    companions: list[str] = strawberry.field(description="Datasets that are synced with it.")
    connection_id: BigInt | None = strawberry.field(description="Null when there is no connection.")
    is_synced: bool = strawberry.field(description="False where the preferences leave it out.")
    fields: list[str] = strawberry.field(description="What is kept of each row, where Odoo has it.")
    rows: BigInt | None = strawberry.field(
        description="Live rows when ids were last compared with Odoo's. Null before, and while "
        "deletions are held back."
    )
    held_back: int = strawberry.field(
        description="Rows that seem gone from Odoo and stay until their deletion is confirmed."
    )
    freshness: DatasetFreshness | None = strawberry.field(description="Null before the first sync.")
    last_run: SyncRun | None = strawberry.field(description="The sync that was asked for last.")
    schedule: Schedule | None


async def _datasets(info: Info, connection_id: BigOrActive = None) -> Any:
    caller, services = info.context.need("read"), info.context.services
    info.context.budget.take(len(DATASETS))
    return await list_datasets(services.database, caller.tenant_id, connection_id, services.clock())


datasets_field: Any = strawberry.field(
    resolver=_datasets,
    graphql_type=list[Dataset],
    description="What can be synced; on the active connection when none is named.",
)
