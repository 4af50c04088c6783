"""When a connection's datasets are synced by themselves, and how fresh their copies are."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, status

from odoosync.accounts import Principal
from odoosync.accounts.audit import Actor
from odoosync.api.auth import Manager, Reader
from odoosync.api.ownership import ManagedId
from odoosync.api.parameters import RowId
from odoosync.api.routing import new_router
from odoosync.api.schemas.schedules import (
    Freshness,
    FreshnessView,
    ScheduleForm,
    Schedules,
    SchedulesForm,
    ScheduleView,
)
from odoosync.api.services import Services, ServicesDep
from odoosync.connections import store as connections
from odoosync.sync.datasets import dataset_named
from odoosync.sync.freshness.view import freshness_views
from odoosync.sync.schedules import planning
from odoosync.sync.schedules.planning import USUAL, Planner

router = new_router(prefix="/api/v1/connections", tags=["schedules"])


async def _known(dataset: str, _connection: ManagedId) -> str:
    return dataset_named(dataset).name


Known = Annotated[str, Depends(_known)]


def _planner(services: Services, caller: Principal, connection_id: int) -> Planner:
    return Planner(
        services.database,
        services.clock,
        caller.tenant_id,
        caller.user_id,
        Actor.of(caller),
        connection_id,
    )


def _schedules(found: list[dict[str, Any]]) -> Schedules:
    return Schedules(items=[ScheduleView(**one) for one in found])


@router.get("/{connection_id}/schedule", summary="List schedules")
async def list_schedules(connection_id: RowId, caller: Reader, services: ServicesDep) -> Schedules:
    return _schedules(await planning.show(_planner(services, caller, connection_id)))


@router.put("/{connection_id}/schedule", summary="Schedule several datasets")
async def set_schedules(
    connection_id: ManagedId, form: SchedulesForm, caller: Manager, services: ServicesDep
) -> Schedules:
    """Give datasets the same schedule, in the place of those that they had; others stay."""
    who = _planner(services, caller, connection_id)
    return _schedules(await planning.set_schedules(who, form.datasets or USUAL, form.wish()))


@router.delete(
    "/{connection_id}/schedule",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Remove all schedules",
)
async def remove_schedules(
    connection_id: ManagedId, caller: Manager, services: ServicesDep
) -> None:
    await planning.remove(_planner(services, caller, connection_id))


@router.post("/{connection_id}/schedule/pause", summary="Pause all schedules")
async def pause_schedules(
    connection_id: ManagedId, caller: Manager, services: ServicesDep
) -> Schedules:
    """Follow them no more until they are resumed; a change of credentials changes nothing here."""
    return _schedules(await planning.pause(_planner(services, caller, connection_id)))


@router.post("/{connection_id}/schedule/resume", summary="Resume all schedules")
async def resume_schedules(
    connection_id: ManagedId, caller: Manager, services: ServicesDep
) -> Schedules:
    """Follow them again from the next moment on; what fell into the pause is not made up for."""
    return _schedules(await planning.resume(_planner(services, caller, connection_id)))


@router.get("/{connection_id}/schedule/{dataset}", summary="Show a schedule")
async def show_schedule(
    connection_id: RowId, dataset: str, caller: Reader, services: ServicesDep
) -> ScheduleView:
    who = _planner(services, caller, connection_id)
    return ScheduleView(**await planning.show_one(who, dataset))


@router.put("/{connection_id}/schedule/{dataset}", summary="Schedule a dataset")
async def set_schedule(
    connection_id: ManagedId,
    dataset: Known,
    form: ScheduleForm,
    caller: Manager,
    services: ServicesDep,
) -> ScheduleView:
    """Give a dataset and its companions a schedule, in the place of the one that it had."""
    who = _planner(services, caller, connection_id)
    await planning.set_schedules(who, [dataset], form.wish())
    return ScheduleView(**await planning.show_one(who, dataset))


@router.delete(
    "/{connection_id}/schedule/{dataset}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Remove a schedule",
)
async def remove_schedule(
    connection_id: ManagedId, dataset: Known, caller: Manager, services: ServicesDep
) -> None:
    """Remove the schedule of a dataset and of its companions."""
    await planning.remove(_planner(services, caller, connection_id), [dataset])


@router.post("/{connection_id}/schedule/{dataset}/pause", summary="Pause a schedule")
async def pause_schedule(
    connection_id: ManagedId, dataset: Known, caller: Manager, services: ServicesDep
) -> ScheduleView:
    who = _planner(services, caller, connection_id)
    await planning.pause(who, [dataset])
    return ScheduleView(**await planning.show_one(who, dataset))


@router.post("/{connection_id}/schedule/{dataset}/resume", summary="Resume a schedule")
async def resume_schedule(
    connection_id: ManagedId, dataset: Known, caller: Manager, services: ServicesDep
) -> ScheduleView:
    who = _planner(services, caller, connection_id)
    await planning.resume(who, [dataset])
    return ScheduleView(**await planning.show_one(who, dataset))


@router.get("/{connection_id}/freshness", summary="Show how fresh the copies are")
async def show_freshness(connection_id: RowId, caller: Reader, services: ServicesDep) -> Freshness:
    """Tell the age of each dataset's last complete sync, and whether it is older than promised."""
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        connection = await connections.get(tx, connection_id)
        found = await freshness_views(tx, connection.id, services.clock())
    return Freshness(items=[FreshnessView(**one) for one in found])
