"""Taking deliveries that are due: fairly, among those of all tenants.

A claim is committed before anything is sent, so nobody else makes the same try; its lease ends by
the database's clock, should its worker die. What follows happens through the claim's own tenant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)

from odoosync.accounts.confirming import LIFETIME
from odoosync.accounts.tables import users
from odoosync.db import Database, UtcDateTime, epoch_now
from odoosync.jobs.queue import Limit, Queue, Share
from odoosync.notifications.event_types import CONFIRMING
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
    "This email was not sent within a day, and its link is void: no worker had a mail server "
    "(ODOOSYNC_SMTP_URL), it did not take the email, or the user was disabled. Ask for another "
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
_RECEIVER: Final = func.coalesce(deliveries.c.webhook_id, -deliveries.c.user_id)
_NOW: Final = bindparam("now", type_=UtcDateTime())
DELIVERIES: Final = Queue(
    deliveries,
    lock=7_305_411_862_009,
    is_open=deliveries.c.next_try_at.is_not(None),
    is_ripe=deliveries.c.next_try_at <= _NOW,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to make one try of a delivery, good while its fence is the delivery's."""

    tenant_id: int
    delivery_id: int
    fence: int

    @property
    def id(self) -> int:
        return self.delivery_id


async def claim_due(
    database: Database, now: datetime, *, limit: int, mail: bool, lease_s: float = LEASE_S
) -> list[Claim]:
    """Take up to `limit` deliveries that are due, those by mail where `mail` is sent.

    A host gets few at once and so many in a while, of whatever webhooks. Receivers take turns. All
    workers together hold few of one receiver, one if it has been failing, and few of one tenant:
    one that hangs keeps nobody else waiting.
    """
    shares = (
        Share("receiver", (Limit("most", DELIVERIES.count_held(_RECEIVER)),)),
        Share("host", (Limit(PER_HOST, _held_of_hosts()), Limit(PER_HOST_WINDOW, _had(now)))),
        Share("tenant_id", (Limit(PER_TENANT, DELIVERIES.count_held(deliveries.c.tenant_id)),)),
    )
    async with database.system(write=False) as tx:
        if (await tx.execute(DELIVERIES.any_due, {"now": now})).first() is None:
            return []
    in_turn = DELIVERIES.in_turn(_candidates(now, mail=mail), shares).limit(limit)
    taking = DELIVERIES.taking(in_turn, {"lease_until": epoch_now() + lease_s})
    rows = await DELIVERIES.claim(database, in_turn, taking, {"now": now})
    return [Claim(row.tenant_id, row.id, row.fence) for row in rows]


def _candidates(now: datetime, *, mail: bool) -> Select[Any]:
    ready = and_(
        deliveries.c.webhook_id.is_not(None),
        webhooks.c.paused_at.is_(None),
        webhooks.c.disabled_at.is_(None),
    )
    return (
        select(
            deliveries.c.id,
            deliveries.c.tenant_id,
            literal_column("0").label("priority"),
            deliveries.c.next_try_at.label("ripe_at"),
            _RECEIVER.label("receiver"),
            case((webhooks.c.failing_since.is_(None), PER_RECEIVER), else_=1).label("most"),
            webhooks.c.receiver.label("host"),
        )
        .outerjoin(webhooks, webhooks.c.id == deliveries.c.webhook_id)
        .where(DELIVERIES.due, or_(ready, _may_be_mailed(now)) if mail else ready)
    )


def _held_of_hosts() -> Select[Any]:
    to_host = deliveries.join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
    held = select(webhooks.c.receiver.label("key"), func.count().label("count"))
    return held.select_from(to_host).where(DELIVERIES.held).group_by(webhooks.c.receiver)


def _had(now: datetime) -> Select[Any]:
    """Count what each host is sent now, and had in the last seconds."""
    to_host = deliveries.join(webhooks, webhooks.c.id == deliveries.c.webhook_id)
    sent = (
        select(webhooks.c.receiver.label("key"), func.count().label("count"))
        .select_from(to_host.join(delivery_tries, delivery_tries.c.delivery_id == deliveries.c.id))
        .where(delivery_tries.c.at > now - HOST_WINDOW)
        .group_by(webhooks.c.receiver)
    )
    both = union_all(_held_of_hosts(), sent).subquery("had")
    return select(both.c.key, func.sum(both.c.count).label("count")).group_by(both.c.key)


async def expire_mails(database: Database, now: datetime) -> int:
    """End the mails that will not be sent, whosever they are, and say why; returns how many.

    Those to addresses that nobody confirmed, and those that no worker could send in time.
    """
    email, waited_since = _is_email(), deliveries.c.created_at
    untried = and_(not_(email), deliveries.c.tries == 0)
    return (
        await _end_mails(database, and_(not_(email), not_(_is_confirmed())), NOT_CONFIRMED, now)
        + await _end_mails(database, and_(email, waited_since <= now - LIFETIME), _VOID, now)
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


def _is_email() -> ColumnElement[bool]:
    """Mean the email that has an address confirmed."""
    return exists().where(events.c.id == deliveries.c.event_id, events.c.kind == CONFIRMING)


def _is_confirmed() -> ColumnElement[bool]:
    confirmed = select(users.c.id).where(users.c.email_confirmed_at.is_not(None))
    return deliveries.c.user_id.in_(confirmed)


def _may_be_mailed(now: datetime) -> ColumnElement[bool]:
    """Mean what goes to an enabled user: letters, and news to an address that is confirmed."""
    enabled = select(users.c.id).where(users.c.disabled_at.is_(None))
    return and_(
        deliveries.c.user_id.in_(enabled),
        or_(_is_email(), and_(_is_confirmed(), _is_news(now))),
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
