"""The change feed."""

from __future__ import annotations

from typing import Any

import strawberry

from odoosync.api.graphql.arguments import OrAll
from odoosync.api.graphql.context import Info
from odoosync.api.graphql.records import Record
from odoosync.api.reading.feed import Feed, WantedChanges, list_changes
from odoosync.api.reading.listing import USUAL_PAGE


@strawberry.type(description="A record at its last change.")
class Change:
    position: str
    kind: str = strawberry.field(description="created, updated, deleted or hidden.")
    connection_id: int
    dataset: str
    record: Record


@strawberry.type
class Changes:
    items: list[Change]
    next_after: str = strawberry.field(description="Where to go on, also when there is nothing.")
    more: bool


async def _listed(
    info: Info,
    *,
    after: str = "0",
    connection_id: OrAll = None,
    dataset: str | None = None,
    limit: int = USUAL_PAGE,
) -> Changes:
    caller, database = info.context.need("read"), info.context.services.database
    info.context.budget.take_page(limit)
    wanted = WantedChanges(after, connection_id, dataset, limit)
    return _shown(await list_changes(database, caller.tenant_id, wanted))


def _shown(feed: Feed) -> Changes:
    items: list[Any] = [
        Change(
            position=str(change.position),
            kind=change.kind,
            connection_id=change.connection_id,
            dataset=change.dataset,
            record=item,  # type: ignore[arg-type] # Strawberry reads the fields by name
        )
        for change, item in feed.changes
    ]
    return Changes(items=items, next_after=feed.next_after, more=feed.more)


changes_field: Any = strawberry.field(
    resolver=_listed,
    graphql_type=Changes,
    description="What changed after a position, at least once and without gaps: of all "
    "connections, or of one.",
)
