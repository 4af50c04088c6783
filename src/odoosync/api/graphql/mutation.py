"""The mutations: the seed's own, and their kin."""

from __future__ import annotations

from typing import Any

import strawberry

from odoosync.accounts.audit import Actor
from odoosync.api.graphql.account import Me, change_me_field, send_email_confirmation_field
from odoosync.api.graphql.arguments import OrActive
from odoosync.api.graphql.connecting import (
    TestedConnection,
    activate_connection_field,
    change_connection_field,
    change_credentials_field,
    create_connection_field,
    delete_connection_field,
    pause_connection_field,
    restore_connection_field,
    resume_connection_field,
    test_connection_field,
)
from odoosync.api.graphql.connections import Connection
from odoosync.api.graphql.context import Info
from odoosync.api.graphql.questions import (
    RestoredAnswer,
    confirm_deletions_field,
    confirm_restored_field,
)
from odoosync.api.graphql.runs import SyncAnswer, VerifyAnswer
from odoosync.api.graphql.schedules import (
    Schedule,
    pause_schedule_field,
    remove_schedule_field,
    resume_schedule_field,
    set_schedule_field,
)
from odoosync.api.graphql.webhooks import WebhookMutations
from odoosync.connections.errors import ConnectionPaused
from odoosync.sync.choosing import NotChosen
from odoosync.sync.service import SyncRequest, refused
from odoosync.sync.verify.asking import USUAL, VerifyRequest


async def _sync(
    info: Info,
    dataset: str,
    *,
    full: bool = False,
    wait: bool = True,
    connection_id: OrActive = None,
    confirm_deletions: bool = False,
) -> Any:
    caller, services = info.context.need("sync"), info.context.services
    request = SyncRequest(
        tenant_id=caller.tenant_id,
        user_id=caller.user_id,
        dataset=dataset,
        connection_id=connection_id,
        full=full,
        confirm_deletions=confirm_deletions,
        by=Actor.of(caller),
    )
    try:
        with services.streams.while_waiting(caller.user_id, wait=wait):
            return await services.sync.sync(request, wait=wait, is_gone=info.context.is_gone)
    except (ConnectionPaused, NotChosen) as error:
        return refused(error.message, error.code)


async def _verify(
    info: Info,
    dataset: str | None = None,
    *,
    connection_id: OrActive = None,
    repair: bool = False,
    wait: bool = True,
) -> Any:
    caller, services = info.context.need("sync"), info.context.services
    request = VerifyRequest(
        tenant_id=caller.tenant_id,
        user_id=caller.user_id,
        datasets=USUAL if dataset is None else (dataset,),
        connection_id=connection_id,
        repair=repair,
        by=Actor.of(caller),
    )
    with services.streams.while_waiting(caller.user_id, wait=wait):
        return await services.sync.verify(request, wait=wait, is_gone=info.context.is_gone)


def _sync_of(dataset: str, description: str) -> Any:
    async def resolve(
        info: Info,
        *,
        full: bool = False,
        wait: bool = True,
        connection_id: OrActive = None,
        confirm_deletions: bool = False,
    ) -> Any:
        return await _sync(
            info,
            dataset,
            full=full,
            wait=wait,
            connection_id=connection_id,
            confirm_deletions=confirm_deletions,
        )

    return strawberry.mutation(resolver=resolve, graphql_type=SyncAnswer, description=description)


@strawberry.type
class Mutation(WebhookMutations):
    sync_contacts_from_odoo: SyncAnswer = _sync_of(
        "contacts", "Sync contacts; answers when the run has ended, unless told not to wait."
    )
    sync_products_from_odoo: SyncAnswer = _sync_of(
        "products", "Sync products, and their variants with them."
    )
    sync_from_odoo: SyncAnswer = strawberry.mutation(
        resolver=_sync, graphql_type=SyncAnswer, description="Sync any dataset."
    )
    verify: VerifyAnswer = strawberry.mutation(
        resolver=_verify,
        graphql_type=VerifyAnswer,
        description="Compare the copy with Odoo, row by row; with `repair`, write what differs.",
    )
    confirm_deletions: SyncAnswer = confirm_deletions_field
    confirm_restored: RestoredAnswer = confirm_restored_field
    set_schedule: list[Schedule] = set_schedule_field
    pause_schedule: list[Schedule] = pause_schedule_field
    resume_schedule: list[Schedule] = resume_schedule_field
    remove_schedule: list[Schedule] = remove_schedule_field
    create_connection: Connection = create_connection_field
    change_connection: Connection = change_connection_field
    change_credentials: Connection = change_credentials_field
    test_connection: TestedConnection = test_connection_field
    activate_connection: Connection = activate_connection_field
    pause_connection: Connection = pause_connection_field
    resume_connection: Connection = resume_connection_field
    delete_connection: Connection = delete_connection_field
    restore_connection: Connection = restore_connection_field
    change_me: Me = change_me_field
    send_email_confirmation: Me = send_email_confirmation_field
