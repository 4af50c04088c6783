"""Verifying a connection's copy: how true it is, and what differs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from fastapi import Request, Response, status
from pydantic import BaseModel, Field, StringConstraints

from odoosync.accounts.audit import Actor
from odoosync.api.auth import Syncer
from odoosync.api.forms import Form
from odoosync.api.owning import SyncedId
from odoosync.api.rest.runs import RunView
from odoosync.api.routing import new_router
from odoosync.api.services import ServicesDep
from odoosync.sync.verify.asking import USUAL, VerifyRequest

router = new_router(prefix="/api/v1/connections", tags=["sync"])

DatasetName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class VerifyForm(Form):
    """What to verify; everything may be left out."""

    datasets: list[DatasetName] | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Contacts and products when left out; products bring their variants.",
    )
    repair: bool = Field(default=False, description="Write what differs.")
    wait: bool = Field(default=True, description="Answer when the runs have ended.")


class VerifyAnswer(BaseModel):
    """`success`: all runs have ended, and nothing in the copy is wrong as of the last sync."""

    success: bool
    outcome: Literal["equal", "pending", "differs"] | None = Field(
        description="Equal to Odoo now; or changed in Odoo since the last sync; or wrong. "
        "The worst of the runs; null while one goes on, or where one failed."
    )
    message: str
    errors: list[str]
    code: str | None = Field(description="For machines: why it did not succeed.")
    runs: list[RunView]


_ANSWERS: dict[int | str, dict[str, Any]] = {202: {"model": VerifyAnswer}}


@router.post(
    "/{connection_id}/verify",
    response_model=VerifyAnswer,
    responses=_ANSWERS,
    summary="Verify a copy",
)
async def verify_connection(
    request: Request,
    connection_id: SyncedId,
    caller: Syncer,
    services: ServicesDep,
    form: VerifyForm | None = None,
) -> Response:
    """Compare every row and field with Odoo, whatever the last sync says."""
    wanted = form or VerifyForm()
    wish = VerifyRequest(
        tenant_id=caller.tenant_id,
        user_id=caller.user_id,
        datasets=tuple(wanted.datasets or USUAL),
        connection_id=connection_id,
        repair=wanted.repair,
        by=Actor.of(caller),
    )
    with services.streams.while_waiting(caller.user_id, wait=wanted.wait):
        answer = await services.sync.verify(wish, wait=wanted.wait, is_gone=request.is_disconnected)
    return Response(
        orjson.dumps(answer.to_json()),
        status.HTTP_200_OK if wanted.wait else status.HTTP_202_ACCEPTED,
        media_type="application/json",
    )
