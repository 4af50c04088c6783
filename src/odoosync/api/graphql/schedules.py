"""Schedules of a connection, and how fresh its copies are."""

from __future__ import annotations

from typing import Any

import strawberry

from odoosync.accounts import Scope
from odoosync.accounts.audit import Actor
from odoosync.api.graphql.arguments import BigOrActive
from odoosync.api.graphql.context import Info
from odoosync.api.graphql.runs import BigInt
from odoosync.connections import store as connections
from odoosync.sync.datasets import DATASETS
from odoosync.sync.freshness.view import freshness_views
from odoosync.sync.schedules import planning
from odoosync.sync.schedules.planning import USUAL, Planner, Wish


@strawberry.type(description="When a dataset is synced by itself; times in ISO 8601.")
class Schedule:
    connection_id: int
    dataset: str
    every: int | None = strawberry.field(description="Seconds between two syncs.")
    cron: str | None
    timezone: str | None
    paused_at: str | None
    next_run_at: str | None = strawberry.field(
        description="Null while it or its connection is paused."
    )
    last_run_at: str | None
    last_run_id: strawberry.ID | None
    failures: int = strawberry.field(description="Failed runs in a row.")


@strawberry.type(description="How old the copy of a dataset is.")
class DatasetFreshness:
    connection_id: int
    dataset: str
    completed_at: str | None = strawberry.field(description="The end of the last complete sync.")
    age: float | None = strawberry.field(description="Seconds since then.")
    undated_at: str | None = strawberry.field(
        description="When all fields without a change date were read last: relations, not stored."
    )
    interval: int | None = strawberry.field(
        description="The shortest time between two scheduled syncs, in seconds."
    )
    stale_from: str | None = strawberry.field(
        description="When it is older than twice its interval; null where nothing is scheduled."
    )
    stale: bool
    alert_since: str | None = strawberry.field(description="Since when an alert is open.")


def _planner(info: Info, scope: Scope, connection_id: BigInt | None) -> Planner:
    caller, services = info.context.need(scope), info.context.services
    return Planner(
        services.database,
        services.clock,
        caller.tenant_id,
        caller.user_id,
        Actor.of(caller),
        connection_id,
    )


async def _schedules(info: Info, connection_id: BigOrActive = None) -> Any:
    info.context.budget.take(len(DATASETS))
    return await planning.show(_planner(info, "read", connection_id))


async def _freshness(info: Info, connection_id: BigOrActive = None) -> Any:
    caller, services = info.context.need("read"), info.context.services
    info.context.budget.take(len(DATASETS))
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        connection = await connections.chosen(tx, connection_id)
        return await freshness_views(tx, connection.id, services.clock())


async def _set(
    info: Info,
    datasets: list[str] | None = None,
    *,
    every: int | None = None,
    cron: str | None = None,
    timezone: str | None = None,
    paused: bool = False,
    connection_id: BigOrActive = None,
) -> Any:
    who = _planner(info, "manage", connection_id)
    return await planning.set_schedules(who, datasets or USUAL, Wish(every, cron, timezone, paused))


async def _pause(
    info: Info, datasets: list[str] | None = None, connection_id: BigOrActive = None
) -> Any:
    return await planning.pause(_planner(info, "manage", connection_id), datasets)


async def _resume(
    info: Info, datasets: list[str] | None = None, connection_id: BigOrActive = None
) -> Any:
    return await planning.resume(_planner(info, "manage", connection_id), datasets)


async def _remove(
    info: Info, datasets: list[str] | None = None, connection_id: BigOrActive = None
) -> Any:
    who = _planner(info, "manage", connection_id)
    await planning.remove(who, datasets)
    return await planning.show(who)


schedules_field: Any = strawberry.field(
    resolver=_schedules,
    graphql_type=list[Schedule],
    description="Of a connection; of the active one when none is named.",
)
freshness_field: Any = strawberry.field(
    resolver=_freshness,
    graphql_type=list[DatasetFreshness],
    description="Of a connection's datasets; of the active one's when none is named.",
)
set_schedule_field: Any = strawberry.mutation(
    resolver=_set,
    graphql_type=list[Schedule],
    description="Sync datasets by themselves: `every` so many seconds, or by `cron`.",
)
pause_schedule_field: Any = strawberry.mutation(
    resolver=_pause,
    graphql_type=list[Schedule],
    description="Follow schedules no more until they are resumed; all when none is named.",
)
resume_schedule_field: Any = strawberry.mutation(
    resolver=_resume,
    graphql_type=list[Schedule],
    description="Follow schedules again from their next moment on; all when none is named.",
)
remove_schedule_field: Any = strawberry.mutation(
    resolver=_remove,
    graphql_type=list[Schedule],
    description="Remove schedules, all when none is named; answers those that are left.",
)
