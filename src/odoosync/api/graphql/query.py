"""The queries. Most need the scope `read`."""

from __future__ import annotations

from typing import Any, cast

import strawberry

from odoosync.api.graphql.account import Me, me_field
from odoosync.api.graphql.arguments import OrActive, OrAll
from odoosync.api.graphql.audit import AuditPage, audit_field
from odoosync.api.graphql.changes import Changes, changes_field
from odoosync.api.graphql.connections import Connection, connection_field, connections_field
from odoosync.api.graphql.contacts import Contact, ContactPage
from odoosync.api.graphql.context import Info
from odoosync.api.graphql.datasets import Dataset, datasets_field
from odoosync.api.graphql.products import (
    Product,
    ProductPage,
    ProductVariant,
    ProductVariantPage,
)
from odoosync.api.graphql.questions import (
    HeldBackDeletions,
    RestoredDataset,
    deletions_field,
    restored_field,
)
from odoosync.api.graphql.records import FilterInput, Record, RecordPage
from odoosync.api.graphql.runs import RunLine, SyncRun, SyncRunPage
from odoosync.api.graphql.schedules import (
    DatasetFreshness,
    Schedule,
    freshness_field,
    schedules_field,
)
from odoosync.api.graphql.set_aside import SetAsidePage, set_aside_field
from odoosync.api.graphql.webhooks import WebhookQueries
from odoosync.api.reading.history import list_runs, run_lines
from odoosync.api.reading.items import Item
from odoosync.api.reading.listing import (
    USUAL_PAGE,
    NoRecord,
    Wanted,
    list_records,
    show_record,
)
from odoosync.api.reading.moments import read_moment
from odoosync.store.filtering import Filter
from odoosync.sync import runs
from odoosync.sync.run_log import MOST_LINES
from odoosync.sync.run_view import run_view
from odoosync.sync.runs import RunFilter


async def _list(
    info: Info,
    dataset: str,
    *,
    limit: int = USUAL_PAGE,
    cursor: str | None = None,
    search: str | None = None,
    active: bool | None = None,
    order: str | None = None,
    filters: list[FilterInput] | None = None,
    include_deleted: bool = False,
    connection_id: OrActive = None,
) -> Any:
    wanted = Wanted(
        dataset=dataset,
        limit=limit,
        cursor=cursor,
        search=search,
        active=active,
        order=order,
        include_deleted=include_deleted,
        connection_id=connection_id,
        filters=[Filter(one.field, one.op, one.value) for one in filters or ()],
    )
    caller = info.context.need("read")
    info.context.budget.take_page(limit)
    return await list_records(info.context.services.database, caller.tenant_id, wanted)


async def _show(
    info: Info,
    dataset: str,
    record_id: str,
    *,
    include_deleted: bool,
    connection_id: int | None,
) -> Item | None:
    caller = info.context.need("read")
    info.context.budget.take(1)
    try:
        return await show_record(
            info.context.services.database,
            caller.tenant_id,
            dataset,
            record_id,
            include_deleted=include_deleted,
            connection_id=connection_id,
        )
    except NoRecord:
        return None


def _list_of(dataset: str, page: type) -> Any:
    async def resolve(
        info: Info,
        *,
        limit: int = USUAL_PAGE,
        cursor: str | None = None,
        search: str | None = None,
        active: bool | None = None,
        order: str | None = None,
        filters: list[FilterInput] | None = None,
        include_deleted: bool = False,
        connection_id: OrActive = None,
    ) -> Any:
        return await _list(
            info,
            dataset,
            limit=limit,
            cursor=cursor,
            search=search,
            active=active,
            order=order,
            filters=filters,
            include_deleted=include_deleted,
            connection_id=connection_id,
        )

    return strawberry.field(resolver=resolve, graphql_type=page)


def _one_of(dataset: str, record: type) -> Any:
    async def resolve(
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the argument's name
        *,
        include_deleted: bool = False,
        connection_id: OrActive = None,
    ) -> Any:
        return await _show(
            info, dataset, id, include_deleted=include_deleted, connection_id=connection_id
        )

    return strawberry.field(resolver=resolve, graphql_type=record | None)


async def _runs(
    info: Info,
    *,
    limit: int = USUAL_PAGE,
    cursor: str | None = None,
    dataset: str | None = None,
    status: str | None = None,
    connection_id: OrAll = None,
    trigger: str | None = None,
    mode: str | None = None,
    since: str | None = None,
    until: str | None = None,
    kind: str | None = None,
) -> Any:
    caller = info.context.need("read")
    span = (read_moment("since", since), read_moment("until", until))
    wanted = RunFilter(connection_id, dataset, status, trigger, mode, *span, kind)
    info.context.budget.take_page(limit)
    database = info.context.services.database
    return await list_runs(database, caller.tenant_id, wanted, limit=limit, cursor=cursor)


async def _run_log(
    info: Info,
    id: strawberry.ID,  # noqa: A002 - the argument's name
) -> Any:
    caller = info.context.need("read")
    if not id.isprintable():
        raise runs.NoRun
    info.context.budget.take(MOST_LINES)
    return await run_lines(info.context.services.database, caller.tenant_id, id)


@strawberry.type
class Query(WebhookQueries):
    contacts: ContactPage = _list_of("contacts", ContactPage)
    contact: Contact | None = _one_of("contacts", Contact)
    products: ProductPage = _list_of("products", ProductPage)
    product: Product | None = _one_of("products", Product)
    product_variants: ProductVariantPage = _list_of("product_variants", ProductVariantPage)
    product_variant: ProductVariant | None = _one_of("product_variants", ProductVariant)
    records: RecordPage = strawberry.field(
        resolver=_list, graphql_type=RecordPage, description="Records of any dataset."
    )
    sync_runs: SyncRunPage = strawberry.field(
        resolver=_runs,
        graphql_type=SyncRunPage,
        description="Of all connections, or of one; newest first.",
    )
    sync_run_log: list[RunLine] = strawberry.field(
        resolver=_run_log,
        graphql_type=list[RunLine],
        description="The notable log lines of a run, oldest first.",
    )
    connections: list[Connection] = connections_field
    connection: Connection | None = connection_field
    datasets: list[Dataset] = datasets_field
    set_aside: SetAsidePage = set_aside_field
    changes: Changes = changes_field
    audit: AuditPage = audit_field
    deletions: list[HeldBackDeletions] = deletions_field
    restored: list[RestoredDataset] = restored_field
    schedules: list[Schedule] = schedules_field
    freshness: list[DatasetFreshness] = freshness_field
    me: Me = me_field

    @strawberry.field
    async def record(
        self,
        info: Info,
        dataset: str,
        id: strawberry.ID,  # noqa: A002 - the argument's name
        *,
        include_deleted: bool = False,
        connection_id: OrActive = None,
    ) -> Record | None:
        found = await _show(
            info, dataset, id, include_deleted=include_deleted, connection_id=connection_id
        )
        return cast("Record | None", found)

    @strawberry.field
    async def sync_run(
        self,
        info: Info,
        id: strawberry.ID,  # noqa: A002 - the argument's name
    ) -> SyncRun | None:
        caller = info.context.need("read")
        if not id.isprintable():
            return None
        info.context.budget.take(1)
        async with info.context.services.database.tenant(caller.tenant_id, write=False) as tx:
            try:
                return cast("SyncRun", run_view(await runs.get(tx, id)))
            except runs.NoRun:
                return None
