"""Verifying a connection's copy: how true it is, and what differs."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import Request, Response, status

from odoosync.accounts.audit import Actor
from odoosync.api.auth import Syncer
from odoosync.api.ownership import SyncedId
from odoosync.api.routing import new_router
from odoosync.api.schemas.verify import VerifyAnswer, VerifyForm
from odoosync.api.services import ServicesDep
from odoosync.sync.verify.asking import USUAL, VerifyRequest

router = new_router(prefix="/api/v1/connections", tags=["sync"])


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
