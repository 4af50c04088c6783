"""What syncs ask of a person: deletions that are held back, a database that was restored."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import Request, Response, status

from odoosync.accounts import Principal
from odoosync.accounts.audit import Actor
from odoosync.api.auth import Reader, Syncer
from odoosync.api.ownership import SyncedId
from odoosync.api.parameters import RowId
from odoosync.api.routing import new_router
from odoosync.api.schemas.confirmations import (
    Deletions,
    DeletionsForm,
    DeletionsView,
    Restored,
    RestoredAnswer,
    RestoredView,
)
from odoosync.api.schemas.runs import SyncAnswer
from odoosync.api.services import ServicesDep
from odoosync.sync import confirming
from odoosync.sync.confirming import Answering, open_questions

router = new_router(prefix="/api/v1/connections", tags=["sync"])


_ANSWERS: dict[int | str, dict[str, Any]] = {202: {"model": SyncAnswer}}


def _who(caller: Principal, connection_id: int) -> Answering:
    return Answering(caller.tenant_id, caller.user_id, Actor.of(caller), connection_id)


def _json(answer: dict[str, Any], *, ended: bool) -> Response:
    code = status.HTTP_200_OK if ended else status.HTTP_202_ACCEPTED
    return Response(orjson.dumps(answer), code, media_type="application/json")


@router.get("/{connection_id}/deletions", summary="List deletions that are held back")
async def list_deletions(connection_id: RowId, caller: Reader, services: ServicesDep) -> Deletions:
    """Tell what waits, by dataset, until it is confirmed and marked, or the rows come back."""
    found = await open_questions(services.database, caller.tenant_id, connection_id, "deletions")
    return Deletions(items=[DeletionsView(**one) for one in found], next_cursor=None)


@router.post(
    "/{connection_id}/deletions/confirm",
    response_model=SyncAnswer,
    responses=_ANSWERS,
    summary="Confirm deletions",
)
async def confirm_deletions(
    request: Request,
    connection_id: SyncedId,
    form: DeletionsForm,
    caller: Syncer,
    services: ServicesDep,
) -> Response:
    """Have a dataset's held-back rows marked, by a sync; more that are gone are asked anew."""
    with services.streams.while_waiting(caller.user_id, wait=form.wait):
        answer = await confirming.confirm_deletions(
            services.sync,
            _who(caller, connection_id),
            form.dataset,
            services.clock,
            fingerprint=form.fingerprint,
            wait=form.wait,
            is_gone=request.is_disconnected,
        )
    return _json(answer.to_json(), ended=form.wait or not answer.success)


@router.get("/{connection_id}/restored", summary="List signs of a restored database")
async def list_restored(connection_id: RowId, caller: Reader, services: ServicesDep) -> Restored:
    """Tell the datasets whose syncs stop until it is confirmed."""
    found = await open_questions(services.database, caller.tenant_id, connection_id, "restored")
    return Restored(items=[RestoredView(**one) for one in found], next_cursor=None)


@router.post(
    "/{connection_id}/restored/confirm",
    response_model=RestoredAnswer,
    status_code=status.HTTP_202_ACCEPTED,
    summary="Confirm a restored database",
)
async def confirm_restored(
    connection_id: SyncedId, caller: Syncer, services: ServicesDep
) -> Response:
    """Take the copy back, too: by full syncs of all that was synced before, asked for at once."""
    answer = await confirming.confirm_restored(
        services.sync, services.database, _who(caller, connection_id), services.clock
    )
    return _json(answer.to_json(), ended=False)
