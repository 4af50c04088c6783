"""Syncing and its history: start a run, show it, cancel it."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import Depends, Query, Request, Response, status
from pydantic import BaseModel, Field

from odoosync.accounts import Principal
from odoosync.accounts.audit import Actor
from odoosync.api.auth import Reader, Syncer
from odoosync.api.forms import Form
from odoosync.api.json_answer import json_answer
from odoosync.api.parameters import OrActive, OrAll
from odoosync.api.reading import history
from odoosync.api.reading.moments import read_moment
from odoosync.api.routing import new_router
from odoosync.api.services import Services, ServicesDep
from odoosync.api.streams import MAX_PER_USER
from odoosync.jobs.run_queue import Kind
from odoosync.sync import runs
from odoosync.sync.run_view import run_view
from odoosync.sync.service import SyncRequest
from odoosync.sync.waiting import IsGone

router = new_router(prefix="/api/v1", tags=["sync"])

RunStatus = runs.Status
RunMode = runs.Mode
RunId = Annotated[str, Field(min_length=1, max_length=64)]


class SyncForm(Form):
    """How to sync; everything may be left out."""

    full: bool = Field(default=False, description="Read everything again.")
    wait: bool = Field(
        default=True,
        description="Answer when the run has ended. At most "
        f"{MAX_PER_USER} requests of a user may wait, in each process of the service.",
    )
    connection_id: OrActive = None
    confirm_deletions: bool = Field(
        default=False, description="Mark deletions however many they are, in this run."
    )


class RunView(BaseModel):
    """One run; times in ISO 8601, `duration` in seconds."""

    id: str
    connection_id: int
    dataset: str
    kind: Kind
    status: RunStatus
    mode: RunMode
    trigger: str
    requested_by: int | None = Field(description="The user who asked, or who set the schedule.")
    requested_name: str | None
    created_at: str | None
    started_at: str | None
    finished_at: str | None
    duration: float | None
    copy_age: float | None = Field(
        description="Seconds since the last complete sync, when this run was asked for."
    )
    total: int | None = Field(description="Rows in the window, as counted at its start.")
    fetched: int
    created: int
    updated: int
    unchanged: int
    deleted: int
    hidden: int = Field(description="Rows that this login cannot see any more.")
    held_back: int = Field(description="Deletions that wait for a confirmation.")
    changed: int = Field(description="Created, updated, deleted and hidden together.")
    set_aside: int = Field(description="Rows that Odoo failed on, wholly or in some field.")
    pages: int
    calls: int
    bytes_received: int
    attempts: int
    odoo_login: str | None
    odoo_version: str | None
    window_low: str | None
    window_high: str | None
    drift: list[str] | None = Field(
        description="Wanted fields that are gone since the run before, or of another type."
    )
    note: str | None
    truth: float | None = Field(description="Of a verification: the share of rows that are true.")
    detail: dict[str, Any] | None = Field(description="Of a verification: what it found.")
    error_code: str | None
    error: str | None


class RunChoice(BaseModel):
    """Which runs are meant."""

    dataset: str | None = Field(default=None, max_length=255)
    status: RunStatus | None = None
    kind: Kind | None = Field(default=None, description="Only syncs, or only verifications.")
    mode: RunMode | None = None
    trigger: str | None = Field(
        default=None, max_length=32, description="Such as api, command or schedule."
    )
    connection_id: OrAll = None
    since: str | None = Field(
        default=None, max_length=40, description="Asked for at this moment or later; ISO 8601."
    )
    until: str | None = Field(default=None, max_length=40, description="Asked for before this.")

    def wanted(self) -> runs.RunFilter:
        """Raise BadFilter for what is no moment."""
        return runs.RunFilter(
            connection_id=self.connection_id,
            dataset=self.dataset,
            status=self.status,
            trigger=self.trigger,
            mode=self.mode,
            kind=self.kind,
            since=read_moment("since", self.since),
            until=read_moment("until", self.until),
        )


class RunQuery(RunChoice):
    """Which runs to list."""

    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of a list.")


class SyncAnswer(BaseModel):
    """The seed's answer to a sync."""

    success: bool
    message: str
    errors: list[str]
    code: str | None = Field(description="For machines: why it did not succeed.")
    run: RunView | None


class Runs(BaseModel):
    items: list[RunView]
    next_cursor: str | None


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
