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
from odoosync.notifications.confirming import confirming_letter
from odoosync.notifications.errors import NotMailed
from odoosync.notifications.fan_out import AT_ONCE, fan_out
from odoosync.notifications.kinds import CONFIRMING
from odoosync.notifications.mailing import Letter, Mailer, letter_of
from odoosync.notifications.message import body_of
from odoosync.notifications.outcome import Outcome
from odoosync.notifications.posting import Poster
from odoosync.notifications.signing import signed_headers

log = get_logger(__name__)
PLACES: Final = 64
_EVERY_S: Final = 1.0
_GRACE_S: Final = 3.0
_Send = Callable[[], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Post:
    """What a process sends with; without a `mailer` it leaves mails to others."""

    database: Database
    key_ring: KeyRing
    poster: Poster
    mailer: Mailer | None = None
    clock: Clock = utc_now
    chance: Callable[[], float] = random.random


class Sender:
    """Makes up to `places` tries at the same time."""

    def __init__(self, post: Post, *, places: int = PLACES) -> None:
        self._post = post
        self._places = places
        self._going: set[asyncio.Task[None]] = set()
        self._failures = FailureLog(log)

    async def go_round(self) -> None:
        """Take events and send what is due, until nothing is left that may begin now."""
        post = self._post
        while True:
            events = await fan_out(post.database, post.clock(), failures=self._failures)
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
        post, mail = self._post, self._post.mailer is not None
        claims = await claim_due(post.database, post.clock(), limit=free, mail=mail)
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
            await attempt(self._post, claim)
        except LeaseLost:
            log.info("try_lost", delivery=claim.delivery_id)
        except (SQLAlchemyError, OSError) as error:
            log.warning("try_not_made", delivery=claim.delivery_id, error=type(error).__name__)


async def attempt(post: Post, claim: Claim) -> None:
    """Read what is to be sent, send it, write down what became of it.

    What nobody foresaw is a failed try, too, or it would be made for ever.
    """
    try:
        send = await _prepare(post, claim)
        if send is None:
            return
        with looking_up_for(claim.tenant_id):
            outcome = await send()
    except (CannotOpen, NotMailed) as error:
        outcome = Outcome(0, error=error.message, final=True)
    except (SQLAlchemyError, OSError):
        raise
    except Exception:
        log.exception("try_failed", delivery=claim.delivery_id)
        outcome = Outcome(0, error="Something went wrong here. The service's log says what.")
    now = post.clock()
    async with post.database.tenant(claim.tenant_id) as tx:
        await deliveries.record(tx, claim, outcome, now, chance=post.chance())
    told = {"delivery": claim.delivery_id, "status": outcome.status, "ms": outcome.took_ms}
    if outcome.error is None:
        log.info("delivered", **told)
    else:
        log.warning("not_delivered", **told, why=outcome.error)


async def _prepare(post: Post, claim: Claim) -> _Send | None:
    """Return what makes the try; None when the claim is lost or nobody is left to be told."""
    async with post.database.tenant(claim.tenant_id, write=False) as tx:
        found = await deliveries.claimed(tx, claim)
        if found is None or await is_suspended(tx):
            return None
        if found.webhook_id is None:
            letter = await _letter(post, tx, found)
            mailer = post.mailer
            return None if mailer is None else lambda: mailer.send(letter)
        webhook = await store.get(tx, found.webhook_id)
    return _posting(post, webhook, found)


async def _letter(post: Post, tx: Tx, found: Row[Any]) -> Letter:
    if found.kind == CONFIRMING:
        return await confirming_letter(tx, found, post.key_ring, post.clock)
    return await letter_of(tx, found)


def _posting(post: Post, webhook: Row[Any], found: Row[Any]) -> _Send:
    now, body = post.clock(), body_of(found)
    secrets = store.secrets_of(post.key_ring, webhook, now)
    headers = signed_headers(secrets, found.message_id, body, now)
    return lambda: post.poster.post(webhook.url, headers, body.encode())


@asynccontextmanager
async def sending(post: Post) -> AsyncIterator[Round]:
    """Open the round of a worker; at the end, what is on its way gets some seconds."""
    sender = Sender(post)
    try:
        yield Round(_EVERY_S, sender.go_round)
    finally:
        await sender.settle(_GRACE_S)
        await post.poster.close()
