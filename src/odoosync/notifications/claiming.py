"""Taking deliveries that are due: it chooses among those of all tenants.

A worker sees whose turn it is before it knows for whom it sends; that is why it needs the wide
door. What follows happens through the claim's own tenant. A claim is committed before anything is
sent, so nobody else makes the same try; its lease ends by the database's clock, should its worker
die.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, not_, or_, select
from sqlalchemy.sql.selectable import Subquery

from odoosync.accounts.confirming import LIFETIME
from odoosync.accounts.tables import users
from odoosync.db import Database, Tx, epoch_now
from odoosync.db.chosen import chosen_once
from odoosync.jobs.suspended import suspended
from odoosync.notifications.kinds import CONFIRMING
from odoosync.notifications.mailing import NOT_CONFIRMED
from odoosync.notifications.tables import deliveries, delivery_tries, webhooks
from odoosync.sync.schedule_tables import events

LEASE_S: Final = 60.0
MAILED_FOR: Final = timedelta(days=3)
"""A mail that no worker could send for so long is no news any more."""
_NO_MAIL_SERVER: Final = (
    "This mail was not sent within three days: no worker had a mail server (ODOOSYNC_SMTP_URL), or "
    "the user was disabled."
)
_VOID: Final = (
    "This letter was not sent within a day, and its link is void: no worker had a mail server "
    "(ODOOSYNC_SMTP_URL), it did not take the letter, or the user was disabled. Ask for another "
    "one with POST /api/v1/me/email/confirmation."
)
PER_RECEIVER: Final = 4
PER_TENANT: Final = 8
PER_HOST: Final = 8
HOST_WINDOW: Final = timedelta(seconds=10)
PER_HOST_WINDOW: Final = 50
"""What one receiving host gets of all tenants together: at once, and within the window."""
MAILS_AN_HOUR: Final = 20
"""Of one tenant; the others wait."""
_LOCK: Final = 7_305_411_862_009
_RECEIVER: Final = func.coalesce(deliveries.c.webhook_id, -deliveries.c.user_id)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make one try of a delivery; `claim_id` is what a late result is known by."""

    tenant_id: int
    delivery_id: int
    claim_id: str


async def claim_due(
    database: Database, now: datetime, *, limit: int, mail: bool, lease_s: float = LEASE_S
) -> list[Claim]:
    """Take up to `limit` deliveries that are due, those by mail where `mail` is sent.

    A host gets few at once and so many in a while, of whatever webhooks. Receivers take turns. All
    workers together hold few of one receiver, one if it has been failing, and few of one tenant:
    one that hangs keeps nobody else waiting.
    """
    turns = _turns(now, limit, mail=mail)
    async with database.system(write=False) as tx:
        if await tx.first(turns) is None:
            return []
    claim_id = uuid.uuid4().hex
    async with database.system() as tx:
        if not await _alone(tx):
            return []
        taken = await tx.execute(
            deliveries.update()
            .where(deliveries.c.id.in_(chosen_once(turns, deliveries)))
            .values(claim_id=claim_id, lease_until=epoch_now() + lease_s)
            .returning(deliveries.c.tenant_id, deliveries.c.id)
        )
        return [Claim(row.tenant_id, row.id, claim_id) for row in taken.all()]


async def expire_mails(database: Database, now: datetime) -> int:
    """End the mails that will not be sent, whosever they are, and say why; returns how many.

    Those to addresses that nobody confirmed, and those that no worker could send in time.
    """
    letter, waited_since = _is_letter(), deliveries.c.created_at
    untried = and_(not_(letter), deliveries.c.tries == 0)
    return (
        await _end_mails(database, and_(not_(letter), not_(_is_confirmed())), NOT_CONFIRMED, now)
        + await _end_mails(database, and_(letter, waited_since <= now - LIFETIME), _VOID, now)
        + await _end_mails(
            database, and_(untried, waited_since <= now - MAILED_FOR), _NO_MAIL_SERVER, now
        )
    )


async def _end_mails(
    database: Database, which: ColumnElement[bool], why: str, now: datetime
) -> int:
    free = or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= epoch_now())
    waits = and_(deliveries.c.next_try_at.is_not(None), deliveries.c.user_id.is_not(None))
    these = and_(waits, which, free)
    async with database.system(write=False) as tx:
        if await tx.first(select(deliveries.c.id).where(these).limit(1)) is None:
            return 0
    async with database.system() as tx:
        ended = await tx.execute(
            deliveries.update()
            .where(these)
            .values(status="failed", next_try_at=None, tries=deliveries.c.tries + 1)
            .returning(deliveries.c.tenant_id, deliveries.c.id)
        )
        tries = [
            {
                "tenant_id": one.tenant_id,
                "delivery_id": one.id,
                "at": now,
                "took_ms": 0,
                "error": why,
            }
            for one in ended.all()
        ]
        if tries:
            await tx.execute(delivery_tries.insert(), tries)
        return len(tries)


async def _alone(tx: Tx) -> bool:
    """Let one worker at a time choose; whoever is second comes back with its next round."""
    if tx.dialect != "postgresql":
        return True  # the write lock is held already
    return bool(await tx.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))))


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(deliveries.c.lease_until.is_(None), deliveries.c.lease_until <= epoch_now())
    return and_(deliveries.c.next_try_at <= now, free, not_(suspended(deliveries.c.tenant_id)))


def _held() -> ColumnElement[bool]:
    """Look among those that are pending: there are far more that are done."""
    return and_(deliveries.c.next_try_at.is_not(None), deliveries.c.lease_until > epoch_now())


def _turns(now: datetime, limit: int, *, mail: bool) -> Select[Any]:
    queue = _by_tenant(_by_host(_by_receiver(now, mail=mail), now))
    return (
        select(deliveries.c.id)
        .join(queue, queue.c.id == deliveries.c.id)
        .where(queue.c.may_not == 0, queue.c.tenant_turn <= PER_TENANT, _due(now))
        .order_by(queue.c.turn, queue.c.tenant_turn, queue.c.next_try_at, queue.c.id)
        .limit(limit)
    )


def _by_receiver(now: datetime, *, mail: bool) -> Subquery:
    """Give each delivery that is due its place among its receiver's, behind those that are held."""
    held = (
        select(_RECEIVER.label("receiver"), func.count().label("held"))
        .where(_held())
        .group_by(_RECEIVER)
        .subquery("held")
    )
    place = func.row_number().over(
        partition_by=_RECEIVER, order_by=(deliveries.c.next_try_at, deliveries.c.id)
    )
    ready = and_(
        deliveries.c.webhook_id.is_not(None),
        webhooks.c.paused_at.is_(None),
        webhooks.c.disabled_at.is_(None),
    )
    return (
        select(
            deliveries.c.id,
            deliveries.c.tenant_id,
            deliveries.c.next_try_at,
            webhooks.c.receiver.label("host"),
            (place + func.coalesce(held.c.held, 0)).label("turn"),
            case((webhooks.c.failing_since.is_(None), PER_RECEIVER), else_=1).label("most"),
        )
        .outerjoin(webhooks, webhooks.c.id == deliveries.c.webhook_id)
        .outerjoin(held, held.c.receiver == _RECEIVER)
        .where(
            _due(now),
            or_(ready, _may_be_mailed(now)) if mail else ready,
        )
        .subquery("by_receiver")
    )


def _by_host(queue: Subquery, now: datetime) -> Subquery:
    """Tell which must wait: for their receiver, or for what else its host gets. Mails have none."""
    to_host = deliveries.join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
    held = (
        select(webhooks.c.receiver, func.count().label("held"))
        .select_from(to_host)
        .where(_held())
        .group_by(webhooks.c.receiver)
        .subquery("held_of_host")
    )
    sent = (
        select(webhooks.c.receiver, func.count().label("sent"))
        .select_from(to_host.join(delivery_tries, delivery_tries.c.delivery_id == deliveries.c.id))
        .where(delivery_tries.c.at > now - HOST_WINDOW)
        .group_by(webhooks.c.receiver)
        .subquery("sent_to_host")
    )
    waits = case((queue.c.turn > queue.c.most, 1), else_=0)
    place = func.row_number().over(
        partition_by=queue.c.host,
        order_by=(waits, queue.c.turn, queue.c.next_try_at, queue.c.id),
    )
    at_once = place + func.coalesce(held.c.held, 0)
    over = or_(at_once > PER_HOST, at_once + func.coalesce(sent.c.sent, 0) > PER_HOST_WINDOW)
    may_not = case((waits == 1, 1), (and_(queue.c.host.is_not(None), over), 1), else_=0)
    return (
        select(queue, may_not.label("may_not"))
        .outerjoin(held, held.c.receiver == queue.c.host)
        .outerjoin(sent, sent.c.receiver == queue.c.host)
        .subquery("by_host")
    )


def _is_letter() -> ColumnElement[bool]:
    """Mean the letter that has an address confirmed."""
    return exists().where(events.c.id == deliveries.c.event_id, events.c.kind == CONFIRMING)


def _is_confirmed() -> ColumnElement[bool]:
    confirmed = select(users.c.id).where(users.c.email_confirmed_at.is_not(None))
    return deliveries.c.user_id.in_(confirmed)


def _may_be_mailed(now: datetime) -> ColumnElement[bool]:
    """Mean what goes to an enabled user: letters, and news to an address that is confirmed."""
    enabled = select(users.c.id).where(users.c.disabled_at.is_(None))
    return and_(
        deliveries.c.user_id.in_(enabled),
        or_(_is_letter(), and_(_is_confirmed(), _is_news(now))),
    )


def _is_news(now: datetime) -> ColumnElement[bool]:
    young = deliveries.c.created_at > now - MAILED_FOR
    other, tries = deliveries.alias(), delivery_tries.alias()
    mailed = (
        select(func.count())
        .select_from(other.join(tries, tries.c.delivery_id == other.c.id))
        .where(
            other.c.tenant_id == deliveries.c.tenant_id,
            other.c.user_id.is_not(None),
            tries.c.at > now - timedelta(hours=1),
            or_(tries.c.took_ms > 0, tries.c.status.is_not(None)),  # it was tried, not ended
        )
        .correlate(deliveries)
        .scalar_subquery()
    )
    return and_(or_(deliveries.c.tries > 0, young), mailed < MAILS_AN_HOUR)


def _by_tenant(queue: Subquery) -> Subquery:
    """Give it its place among its tenant's, too; what must wait is last."""
    held = (
        select(deliveries.c.tenant_id, func.count().label("held"))
        .where(_held())
        .group_by(deliveries.c.tenant_id)
        .subquery("held_of_tenant")
    )
    place = func.row_number().over(
        partition_by=queue.c.tenant_id,
        order_by=(queue.c.may_not, queue.c.turn, queue.c.next_try_at, queue.c.id),
    )
    return (
        select(queue, (place + func.coalesce(held.c.held, 0)).label("tenant_turn"))
        .outerjoin(held, held.c.tenant_id == queue.c.tenant_id)
        .subquery("queue")
    )
