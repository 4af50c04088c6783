"""Sending what is due, in every worker: events become deliveries, deliveries become tries.

No transaction is open while a message is on its way. What is claimed is sent beside the round, so
that a receiver that hangs delays nobody's events but its own.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.exc import SQLAlchemyError

from odoosync.addresses.lookups import looking_up_for
from odoosync.clock import Clock, utc_now
from odoosync.crypto import CannotOpen, KeyRing
from odoosync.db import Database, Tx
from odoosync.jobs.errors import LeaseLost
from odoosync.jobs.rounds import Round
from odoosync.jobs.suspended import is_suspended
from odoosync.log import FailureLog, get_logger
from odoosync.notifications import deliveries, store
from odoosync.notifications.claiming import Claim, claim_due
from odoosync.notifications.confirming import confirming_email
from odoosync.notifications.delivery_result import DeliveryResult
from odoosync.notifications.errors import NotMailed
from odoosync.notifications.event_types import CONFIRMING
from odoosync.notifications.fan_out import AT_ONCE, fan_out
from odoosync.notifications.http_delivery import WebhookClient
from odoosync.notifications.mailing import Email, Mailer, email_of
from odoosync.notifications.message import body_of
from odoosync.notifications.signing import signed_headers

log = get_logger(__name__)
MAX_IN_FLIGHT: Final = 64
_EVERY_S: Final = 1.0
_GRACE_S: Final = 3.0
_Send = Callable[[], Awaitable[DeliveryResult]]


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What a process sends with; without a `mailer` it leaves mails to others."""

    database: Database
    key_ring: KeyRing
    client: WebhookClient
    mailer: Mailer | None = None
    clock: Clock = utc_now
    chance: Callable[[], float] = random.random


class Sender:
    """Makes up to `places` tries at the same time."""

    def __init__(self, context: DeliveryContext, *, places: int = MAX_IN_FLIGHT) -> None:
        self._context = context
        self._places = places
        self._going: set[asyncio.Task[None]] = set()
        self._failures = FailureLog(log)

    async def dispatch_due(self) -> None:
        """Take events and send what is due, until nothing is left that may begin now."""
        context = self._context
        while True:
            events = await fan_out(context.database, context.clock(), failures=self._failures)
            begun = await self._begin()
            if not begun and events < AT_ONCE:
                return
            if self._going:
                await asyncio.wait(
                    self._going, timeout=_EVERY_S, return_when=asyncio.FIRST_COMPLETED
                )

    async def _begin(self) -> int:
        free = self._places - len(self._going)
        if free <= 0:
            return 0
        context, mail = self._context, self._context.mailer is not None
        claims = await claim_due(context.database, context.clock(), limit=free, mail=mail)
        for claim in claims:
            task = asyncio.create_task(self._try(claim))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
        return len(claims)

    async def settle(self, timeout_s: float | None = None) -> None:
        """Wait for what is on its way; what takes longer is cut off, and tried again later."""
        if self._going:
            _, slow = await asyncio.wait(set(self._going), timeout=timeout_s)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    async def _try(self, claim: Claim) -> None:
        """Make one try; without the database it is made again when the lease has run out."""
        try:
            await attempt(self._context, claim)
        except LeaseLost:
            log.info("try_lost", delivery=claim.delivery_id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("try_not_made", delivery=claim.delivery_id, error=type(error).__name__)


async def attempt(context: DeliveryContext, claim: Claim) -> None:
    """Read what is to be sent, send it, write down what became of it.

    What nobody foresaw is a failed try, too, or it would be made for ever.
    """
    try:
        send = await _prepare(context, claim)
        if send is None:
            return
        with looking_up_for(claim.tenant_id):
            result = await send()
    except (CannotOpen, NotMailed) as error:
        result = DeliveryResult(0, error=error.message, final=True)
    except (SQLAlchemyError, OSError):
        raise
    except Exception:
        log.exception("try_failed", delivery=claim.delivery_id)
        result = DeliveryResult(0, error="Something went wrong here. The service's log says what.")
    now = context.clock()
    async with context.database.tenant(claim.tenant_id) as tx:
        await deliveries.record(tx, claim, result, now, chance=context.chance())
    told = {"delivery": claim.delivery_id, "status": result.status, "ms": result.took_ms}
    if result.error is None:
        log.info("delivered", **told)
    else:
        log.warning("not_delivered", **told, why=result.error)


async def _prepare(context: DeliveryContext, claim: Claim) -> _Send | None:
    """Return what makes the try; None when the claim is lost or nobody is left to be told."""
    async with context.database.tenant(claim.tenant_id, write=False) as tx:
        found = await deliveries.claimed(tx, claim)
        if found is None or await is_suspended(tx):
            return None
        if found.webhook_id is None:
            email = await _email(context, tx, found)
            mailer = context.mailer
            return None if mailer is None else lambda: mailer.send(email)
        webhook = await store.get(tx, found.webhook_id)
    return _webhook_call(context, webhook, found)


async def _email(context: DeliveryContext, tx: Tx, found: Row[Any]) -> Email:
    if found.kind == CONFIRMING:
        return await confirming_email(tx, found, context.key_ring, context.clock)
    return await email_of(tx, found)


def _webhook_call(context: DeliveryContext, webhook: Row[Any], found: Row[Any]) -> _Send:
    now, body = context.clock(), body_of(found)
    secrets = store.secrets_of(context.key_ring, webhook, now)
    headers = signed_headers(secrets, found.message_id, body, now)
    return lambda: context.client.post(webhook.url, headers, body.encode())


@asynccontextmanager
async def sending(context: DeliveryContext) -> AsyncIterator[Round]:
    """Open the round of a worker; at the end, what is on its way gets some seconds."""
    sender = Sender(context)
    try:
        yield Round(_EVERY_S, sender.dispatch_due)
    finally:
        await sender.settle(_GRACE_S)
        await context.client.close()
