"""The audit trail: what was done, by whom, when and from where. Entries are only ever added.

`record` writes in the transaction of the act, so that neither is there without the other. An entry
outlives the user whom it tells of, for as long as `ODOOSYNC_AUDIT_DAYS` says. `detail` never holds
a secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from odoosync.accounts.audit_kinds import Kind
from odoosync.accounts.principal import Principal
from odoosync.accounts.tables import audit_trail
from odoosync.db import Tx
from odoosync.log import mask_secrets

Via = Literal["password", "refresh", "api_key", "command", "service", "none"]
"""How the actor was known: `command` is the operator's command line, `service` is the service by
itself, `none` somebody who did not prove who they are."""

_LONGEST_ADDRESS: Final = 64
_LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it. A name is kept beside the id, for it outlives the user."""

    user_id: int | None
    name: str | None
    via: Via
    address: str = ""
    key_id: int | None = None

    @classmethod
    def of(cls, principal: Principal) -> Actor:
        return cls(
            user_id=principal.user_id,
            name=principal.username,
            via=principal.kind,
            address=principal.address,
            key_id=principal.key_id,
        )


SERVICE: Final = Actor(None, None, "service")
OPERATOR: Final = Actor(None, None, "command")


async def record(
    tx: Tx,
    kind: Kind,
    actor: Actor | Principal,
    *,
    at: datetime,
    connection_id: int | None = None,
    run_id: str | None = None,
    odoo_login: str | None = None,
    detail: Mapping[str, Any] | None = None,
    tenant_id: int | None = None,
) -> None:
    """Add an entry in the caller's transaction; `tenant_id` only where that has none."""
    who = Actor.of(actor) if isinstance(actor, Principal) else actor
    entry = {
        "tenant_id": tx.tenant_id if tx.tenant_id is not None else tenant_id,
        "at": at,
        "kind": kind,
        "user_id": who.user_id,
        "actor": who.name[:_LONGEST_NAME] if who.name else None,
        "via": who.via,
        "key_id": who.key_id,
        "address": who.address[:_LONGEST_ADDRESS] or None,
        "connection_id": connection_id,
        "run_id": run_id,
        "odoo_login": odoo_login[:_LONGEST_NAME] if odoo_login else None,
        "detail": dict(mask_secrets(None, "", dict(detail or {}))),
    }
    await tx.execute(audit_trail.insert().values(**entry))


class BackgroundTasks:
    """Work that must not delay an answer: its duration would tell that a user exists."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait until all of it is done: before the database closes."""
        await asyncio.gather(*self._tasks)
