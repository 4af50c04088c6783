"""More of the history: all of it as CSV, and the log lines of one run."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import StreamingResponse

from odoosync.api.auth import Reader
from odoosync.api.reading.history import check_connection, run_lines
from odoosync.api.reading.run_csv import csv_lines
from odoosync.api.rest.runs import RunId
from odoosync.api.routing import new_router
from odoosync.api.schemas.runs import LineView, RunChoice, RunLog
from odoosync.api.services import ServicesDep

router = new_router(prefix="/api/v1", tags=["sync"])


@router.get(
    "/runs.csv",
    summary="Export runs as CSV",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def export_runs(
    caller: Reader, services: ServicesDep, choice: Annotated[RunChoice, Query()]
) -> StreamingResponse:
    """Stream all runs that the filters let through, newest first."""
    wanted = choice.wanted()
    async with services.database.tenant(caller.tenant_id, write=False) as tx:
        await check_connection(tx, wanted)
    lines = csv_lines(services.database, caller.tenant_id, wanted)
    return StreamingResponse(
        lines,
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="runs.csv"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/runs/{run_id}/log", summary="Read a run's log")
async def show_log(run_id: RunId, caller: Reader, services: ServicesDep) -> RunLog:
    """List the notable log lines of a run, oldest first, some 200 at most."""
    lines = await run_lines(services.database, caller.tenant_id, run_id)
    return RunLog(items=[LineView(**line) for line in lines])
