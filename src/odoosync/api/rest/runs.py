"""Syncing and its history: start a run, show it, cancel it."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request, Response, status
from pydantic import Field

from odoosync.accounts import Principal
from odoosync.accounts.audit import Actor
from odoosync.api.auth import Reader, Syncer
from odoosync.api.json_answer import json_answer
from odoosync.api.reading import history
from odoosync.api.routing import new_router
from odoosync.api.schemas.runs import RunQuery, Runs, RunView, SyncAnswer, SyncForm
from odoosync.api.services import Services, ServicesDep
from odoosync.sync import runs
from odoosync.sync.run_view import run_view
from odoosync.sync.service import SyncRequest
from odoosync.sync.waiting import IsGone

router = new_router(prefix="/api/v1", tags=["sync"])


RunId = Annotated[str, Field(min_length=1, max_length=64)]


async def _own_run(run_id: RunId, caller: Syncer, services: ServicesDep) -> str:
    """Return the id of a run of the caller's: decided before the body is looked at."""
    await run_of(run_id, caller, services)
    return run_id


OwnRunId = Annotated[str, Depends(_own_run)]


async def _sync(
    dataset: str, form: SyncForm | None, caller: Principal, services: Services, is_gone: IsGone
) -> Response:
    wanted = form or SyncForm()
    request = SyncRequest(
        tenant_id=caller.tenant_id,
        user_id=caller.user_id,
        dataset=dataset,
        connection_id=wanted.connection_id,
        full=wanted.full,
        confirm_deletions=wanted.confirm_deletions,
        by=Actor.of(caller),
    )
    with services.streams.while_waiting(caller.user_id, wait=wanted.wait):
        answer = await services.sync.sync(request, wait=wanted.wait, is_gone=is_gone)
    accepted = not wanted.wait and answer.success
    return Response(
        orjson.dumps(answer.to_json()),
        status.HTTP_202_ACCEPTED if accepted else status.HTTP_200_OK,
        media_type="application/json",
    )


_ANSWERS: dict[int | str, dict[str, Any]] = {202: {"model": SyncAnswer}}


@router.post(
    "/contacts/sync", response_model=SyncAnswer, responses=_ANSWERS, summary="Sync contacts"
)
async def sync_contacts(
    request: Request, caller: Syncer, services: ServicesDep, form: SyncForm | None = None
) -> Response:
    return await _sync("contacts", form, caller, services, request.is_disconnected)


@router.post(
    "/products/sync", response_model=SyncAnswer, responses=_ANSWERS, summary="Sync products"
)
async def sync_products(
    request: Request, caller: Syncer, services: ServicesDep, form: SyncForm | None = None
) -> Response:
    """Sync product templates, and their variants with them."""
    return await _sync("products", form, caller, services, request.is_disconnected)


@router.post(
    "/records/{dataset}/sync",
    response_model=SyncAnswer,
    responses=_ANSWERS,
    summary="Sync any dataset",
)
async def sync_records(
    request: Request,
    dataset: str,
    caller: Syncer,
    services: ServicesDep,
    form: SyncForm | None = None,
) -> Response:
    return await _sync(dataset, form, caller, services, request.is_disconnected)


@router.get("/runs", response_model=Runs, summary="List runs, newest first")
async def list_runs(
    caller: Reader, services: ServicesDep, query: Annotated[RunQuery, Query()]
) -> Response:
    page = await history.list_runs(
        services.database, caller.tenant_id, query.wanted(), limit=query.limit, cursor=query.cursor
    )
    return await json_answer({"items": page.items, "next_cursor": page.next_cursor})


@router.get("/runs/{run_id}", summary="Show a run")
async def show_run(run_id: RunId, caller: Reader, services: ServicesDep) -> RunView:
    return RunView(**await run_of(run_id, caller, services))


@router.post("/runs/{run_id}/cancel", summary="Cancel a run")
async def cancel_run(run_id: OwnRunId, caller: Syncer, services: ServicesDep) -> RunView:
    """Stop a run within a page, or take it out of the queue; one that has ended stays as it is."""
    await services.sync.cancel(caller.tenant_id, run_id, Actor.of(caller))
    return RunView(**await run_of(run_id, caller, services))


async def run_of(run_id: str, caller: Principal, services: Services) -> dict[str, Any]:
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        return run_view(await runs.get(tx, run_id))
