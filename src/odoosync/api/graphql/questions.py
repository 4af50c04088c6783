"""What syncs ask of a person, and the answers."""

from __future__ import annotations

from typing import Any

import strawberry

from odoosync.accounts.audit import Actor
from odoosync.api.graphql.arguments import OrActive
from odoosync.api.graphql.context import Info
from odoosync.api.graphql.runs import BigInt, SyncAnswer, SyncRun
from odoosync.sync import confirming
from odoosync.sync.confirming import Answering, open_questions
from odoosync.sync.datasets import DATASETS


@strawberry.type
class Question:
    connection_id: int
    dataset: str
    examples: list[BigInt] = strawberry.field(description="Odoo's ids of up to 20 of these rows.")
    fingerprint: str = strawberry.field(description="Names exactly these rows.")
    reason: str
    since: str
    seen_at: str = strawberry.field(description="When a sync last saw it so.")
    run_id: strawberry.ID = strawberry.field(description="The sync that last saw it so.")
    confirmed_at: str | None = strawberry.field(description="Set until a sync has acted on it.")
    confirmed_by: int | None


@strawberry.type(description="Rows of a dataset that are gone from Odoo and wait.")
class HeldBackDeletions(Question):
    gone: int
    kept: int = strawberry.field(description="Live rows of the copy when they were found gone.")
    visible: int = strawberry.field(description="Rows that Odoo showed then.")
    seems: str = strawberry.field(
        description="What Odoo says of the first of them: deleted, hidden, or there."
    )


@strawberry.type(description="A dataset whose newest rows are older in Odoo than in the copy.")
class RestoredDataset(Question):
    older: int
    looked_at: int


@strawberry.type(description="The full syncs that were asked for.")
class RestoredAnswer:
    success: bool
    message: str
    errors: list[str]
    runs: list[SyncRun]


def _who(info: Info, connection_id: int | None) -> Answering:
    caller = info.context.need("sync")
    return Answering(caller.tenant_id, caller.user_id, Actor.of(caller), connection_id)


async def _deletions(info: Info, connection_id: OrActive = None) -> Any:
    caller, database = info.context.need("read"), info.context.services.database
    info.context.budget.take(len(DATASETS))
    return await open_questions(database, caller.tenant_id, connection_id, "deletions")


async def _restored(info: Info, connection_id: OrActive = None) -> Any:
    caller, database = info.context.need("read"), info.context.services.database
    info.context.budget.take(len(DATASETS))
    return await open_questions(database, caller.tenant_id, connection_id, "restored")


async def _confirm_deletions(
    info: Info,
    dataset: str,
    *,
    connection_id: OrActive = None,
    fingerprint: str | None = None,
    wait: bool = True,
) -> Any:
    who, services = _who(info, connection_id), info.context.services
    with services.streams.while_waiting(info.context.caller.user_id, wait=wait):
        return await confirming.confirm_deletions(
            services.sync,
            who,
            dataset,
            services.clock,
            fingerprint=fingerprint,
            wait=wait,
            is_gone=info.context.is_gone,
        )


async def _confirm_restored(info: Info, connection_id: OrActive = None) -> Any:
    who, services = _who(info, connection_id), info.context.services
    return await confirming.confirm_restored(services.sync, services.database, who, services.clock)


deletions_field: Any = strawberry.field(
    resolver=_deletions,
    graphql_type=list[HeldBackDeletions],
    description="Deletions that are held back until a person confirms them.",
)
restored_field: Any = strawberry.field(
    resolver=_restored,
    graphql_type=list[RestoredDataset],
    description="Signs that Odoo's database was restored; syncs stop until it is confirmed.",
)
confirm_deletions_field: Any = strawberry.mutation(
    resolver=_confirm_deletions,
    graphql_type=SyncAnswer,
    description="Have held-back rows marked; with `fingerprint`, exactly those that were shown.",
)
confirm_restored_field: Any = strawberry.mutation(
    resolver=_confirm_restored,
    graphql_type=RestoredAnswer,
    description="Take the copy back to a restored database, by full syncs.",
)
